import { HttpServerResponse } from "effect/http"

/** A page without script, style or anything that came with the request. */
export const page = (
  title: string,
  paragraphs: ReadonlyArray<string>,
  status = 200
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(
    [
      "<!doctype html>",
      `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
      `<title>${title}</title></head>`,
      `<body><h1>${title}</h1>`,
      ...paragraphs.map((paragraph) => `<p>${paragraph}</p>`),
      "</body></html>\n"
    ].join("\n"),
    { status, contentType: "text/html; charset=utf-8" }
  )
