/**
 * A real Prometheus behind TLS and a password, as `--web.config.file` has it: added by its address, and asked for what
 * it knows of itself.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter, type User } from '../../src/app/metrics/prometheus/setup';
import { configuredClient, readConfigured } from '../../src/series/prometheus/configured';
import { PrometheusSource } from '../../src/series/prometheus/prometheusSource';
import { NAMED_CERT, NAMED_KEY } from '../unit/series/certificate';
import { runPrometheus, type Run } from './promqlServer';

const never = new AbortController().signal;
/** bcrypt of "pässword", cost 4. */
const HASH = '$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG';

describe('a Prometheus by its address', () => {
  let run: Run;
  let dir: string;
  let url: string;

  beforeAll(async () => {
    run = await runPrometheus((into, port) => {
      const file = (name: string, text: string): string => {
        writeFileSync(path.join(into, name), text, { mode: 0o600 });
        return path.join(into, name);
      };
      file('cert.pem', NAMED_CERT);
      file('key.pem', NAMED_KEY);
      const web = file(
        'web.yml',
        `tls_server_config: { cert_file: cert.pem, key_file: key.pem }\nbasic_auth_users: { jane: "${HASH}" }\n`,
      );
      const scrape = `{ job_name: self, scheme: https, tls_config: { insecure_skip_verify: true }, metrics_path: /prom/metrics, basic_auth: { username: jane, password: pässword }, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }`;
      file('prometheus.yml', `global: { scrape_interval: 1s }\nscrape_configs: [${scrape}]\n`);
      return [`--web.config.file=${web}`, '--web.route-prefix=/prom'];
    });
    dir = run.dir;
    url = `https://127.0.0.1:${run.port}`;
  });
  afterAll(() => run.stop());

  it('wants its CA, then a user and a password, is found behind its path, and answers from then on', async () => {
    const answers: unknown[] = [
      `${url}/prom/graph?g0.expr=up`,
      'Choose the CA That Signed It…',
      path.join(dir, 'cert.pem'),
      'User and Password…',
      'jane',
      'wrong',
      'User and Password…',
      'jane',
      'pässword',
    ];
    const problems: string[] = [];
    const next = <T>(): T => answers.shift() as T;
    const user: User = {
      line: () => Promise.resolve(next<string>()),
      file: () => Promise.resolve(next<string>()),
      several: () => Promise.resolve([]),
      busy: (_title, run) => run(never),
      choose: ({ title, options }) => {
        problems.push(title);
        const wanted = next();
        return Promise.resolve(options.find((o) => o.title === wanted)!.value);
      },
    };
    const read = (file: string): Promise<string> => Promise.resolve(readFileSync(file, 'utf8'));
    const { draft, version } = await enter(user, { read }).catch((e: unknown) => {
      throw new Error(`${String(e)}\n${run.said()}\n${problems.join('\n')}`);
    });
    expect(problems.map((p) => /certificate|\(401\)/.exec(p)?.[0])).toEqual(['certificate', '(401)', '(401)']);
    expect([draft.url, draft.auth, draft.username, draft.secrets.secret]).toEqual([
      `${url}/prom`,
      'basic',
      'jane',
      'pässword',
    ]);
    expect(version).toMatch(/^3\./);

    const [one] = readConfigured([{ url: draft.url, auth: 'basic', username: 'jane', caFile: draft.caFile }]);
    let secret = 'pässword';
    const source = new PrometheusSource(
      await configuredClient(one!, { read, secrets: () => Promise.resolve({ secret }) }),
    );
    const up = async (): Promise<number | undefined> => {
      const end = Math.floor(Date.now() / 1000);
      return (
        await source.query({ promql: 'sum(up{job="self"})', start: end - 5, end, step: 1 }, never)
      ).series[0]?.values.at(-1);
    };
    await expect.poll(up).toBe(1);
    expect((await source.families(never)).find((f) => f.name === 'go_goroutines')?.type).toBe('gauge');
    // A password that was changed is asked for again: the problem is the one that opens the question.
    secret = 'old';
    await expect(up()).rejects.toMatchObject({ code: 'prometheus.unauthorized', status: 401 });
  });
});
