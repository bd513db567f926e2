/** The name of a provider's variable, `PROVIDER_<ID>_<NAME>`: `<ID>` is its id in capitals, with `-` as `_`. */
export const variable = (id: string, name: string): string =>
  `PROVIDER_${id.replaceAll("-", "_")}_${name}`.toUpperCase()
