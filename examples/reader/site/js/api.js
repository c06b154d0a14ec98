// The content API. The browser keeps answers and asks with their ETag, each time, whether they are still true. It is
// told so (`no-cache`): `stale-while-revalidate`, which is meant for shared caches, would let it show a story for half
// a minute after it was withdrawn.
import { config } from "/config.js";

const PATIENCE_MILLISECONDS = 10_000;

/** An answer that is an error: RFC 9457. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail ?? body.title ?? `The API answered ${status}.`);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No answer: no network, or the API is down. */
export class Unreachable extends Error {}

/** The address of `path` under /api/v1/; parameters that are null or empty are left out. */
export const address = (path, parameters = {}) => {
  const url = new URL(path, `${config.api}/api/v1/`);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url.href;
};

/**
 * What the API answers, as JSON. `path` is under /api/v1/, or an address that the API gave out (`next`).
 *
 * Throws Problem, Unreachable, or an AbortError once `signal` is aborted.
 */
export const get = async (path, parameters = {}, { signal, cache = "no-cache" } = {}) => {
  const patience = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const either = signal ? AbortSignal.any([signal, patience]) : patience;
  try {
    const response = await fetch(address(path, parameters), { signal: either, credentials: "omit", cache });
    if (response.ok) return await response.json();
    const body = await response.json().catch(() => ({}));
    throw new Problem(response.status, body, Number(response.headers.get("Retry-After")) || null);
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error;
    throw new Unreachable("The newsroom does not answer.", { cause: error });
  }
};

let sections;

/** All sections, asked for once a visit; null while the API does not answer. */
export const allSections = () => {
  sections ??= get("sections/", { limit: 100 })
    .then((list) => list.items)
    .catch(() => (sections = null));
  return sections;
};
