/** The address of a Prometheus: as a person writes or pastes it, and as it is kept. */
import { Problem } from '../../base/problem';

/** Pages of the user interfaces, and the API itself: what an address copied from the browser ends with. */
const TAIL =
  /\/(graph|query|targets|alerts|rules|config|flags|status|classic\/.*|new\/.*|vmui|vmui\/.*|api\/v1|api\/v1\/.*|-\/(ready|healthy))?\/*$/;

/**
 * The address without what a copy from the browser brings along: query, fragment, `/graph`, `/api/v1/…`. Without a
 * scheme it becomes http://. Throws Problem `prometheus.settings` for a text that is no address, or has a user or
 * password in it.
 */
export function cleanAddress(text: string): string {
  const trimmed = text.trim();
  const url = parseAddress(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) || trimmed === '' ? trimmed : `http://${trimmed}`);
  return `${url.origin}${url.pathname.replace(TAIL, '').replace(/\/+$/, '')}`;
}

/** Throws Problem `prometheus.settings`. */
export function parseAddress(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text.trim());
  } catch {
    /* reported below */
  }
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new Problem('prometheus.settings', `"${withoutUser(text)}" is no address of a Prometheus.`, {
      next: 'Write it as https://prometheus.example, with the path in front of /api/v1 if there is one.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new Problem('prometheus.settings', `The address of ${url.host} has a user or password in it.`, {
      next:
        'Take them out of the address: they are asked for where they are needed, and the password is kept in the ' +
        "editor's secret storage.",
    });
  }
  return url;
}

/** Whatever stands before an @ may be a password. */
function withoutUser(text: string): string {
  return text.replace(/^.*@/, '…@').slice(0, 200);
}
