/** The way from the extension host to the bench that started it. */
import * as http from 'node:http';

/** Rejects with the bench's own words when it answers with an error. */
export function control(method: 'GET' | 'POST', name: string, body?: unknown): Promise<unknown> {
  const base = process.env['BENCH_CONTROL'];
  if (base === undefined) throw new Error('BENCH_CONTROL is not set; use npm run bench.');
  return new Promise((resolve, reject) => {
    const request = http.request(`${base}/${name}`, { method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(text));
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
