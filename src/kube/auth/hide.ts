/** For text that other programs wrote and people will read. */

/** At most this many characters are kept, from the end: programs say there why they failed. */
const KEPT = 2000;

/** Hides what may be a credential: JWTs, bearer headers, values after token= or password:, long runs of base64. */
export function cutAndHide(said: string): string {
  const hidden = said
    .replace(/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, '[hidden]')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [hidden]')
    .replace(
      /((?:token|password|passwd|secret|api[_-]?key|credential)s?["']?\s*[:=]\s*["']?)[^\s"',;&]{4,}/gi,
      '$1[hidden]',
    )
    .replace(/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, '[hidden]')
    // A path has a slash every few letters; a secret in base64 is long and has hardly any.
    .replace(/[A-Za-z0-9+_=-]{40,}/g, '[hidden]')
    // Colours and cursor movements mean nothing outside a terminal.
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .trim();
  return hidden.length <= KEPT ? hidden : `… ${hidden.slice(-KEPT)}`;
}
