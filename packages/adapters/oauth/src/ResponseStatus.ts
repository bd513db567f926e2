export const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** A 4xx that tells what is wrong in its body. */
export const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429

export const isInformative = (status: number): boolean => isSuccess(status) || isRefusal(status)
