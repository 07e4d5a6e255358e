/** The job `churn`: watches for a while who changes what. */
import { orAbort } from '../base/abort';
import { setTimeout as sleep } from 'node:timers/promises';
import { count, digits } from '../base/format';
import { Problem } from '../base/problem';
import { Churn } from '../churn/churn';
import { distinct, kindNamed } from '../churn/kinds';
import { kubberneckerBlame, kubberneckerWatch, managersOf, report, rowsOf } from '../churn/report';
import type { KindInfo } from '../churn/types';
import { advice, kindName, sentence } from '../churn/words';
import type { Following } from '../kube/types';
import type { ChurnJob } from './jobs';
import { withSession } from './session';
import { table } from './table';

/** The text for standard output. What can't be watched goes to `warn`, once each. */
export async function churn(job: ChurnJob, signal: AbortSignal, warn: (line: string) => void): Promise<string> {
  return withSession(job, async (session) => {
    if (!session.kinds || !session.follow) throw new Problem('churn.session', "This connection can't watch kinds.");
    const all = await session.kinds(signal);
    const kinds = job.kinds.length === 0 ? distinct(all) : [...new Set(job.kinds.map((name) => kindNamed(name, all)))];
    const seen = new Churn({ start: Date.now(), selected: job.selector !== undefined });
    const following = session.follow({
      kinds,
      namespaces: job.namespace === undefined ? 'all' : [job.namespace],
      listener: seen,
      ...(job.selector !== undefined && { labelSelector: job.selector }),
    });
    try {
      await orAbort(following.ready, signal);
      const said = new Set<string>();
      tellProblems(following, said, warn);
      if (following.live.length === 0)
        throw following.problems[0]
          ? Problem.fromJSON(following.problems[0])
          : new Problem('churn.nothing', 'None of these kinds has namespaces.', {
              next: 'Leave out -n to watch the whole cluster.',
            });
      if (!job.json) warn(`Watching ${count(following.live.length, 'kind')} for ${job.seconds} s.`);
      const heard = following.onDidChange(() => {
        tellProblems(following, said, warn);
      });
      await sleep(job.seconds * 1000, undefined, { signal });
      heard.dispose();
      for (const kind of seen.size.beyond)
        warn(
          `There are more objects than are told apart: of ${kind.kind}, those beyond are counted together, ` +
            'without a name.',
        );
      return written(job, seen, kinds);
    } finally {
      following.dispose();
    }
  });
}

function tellProblems(following: Following, said: Set<string>, warn: (line: string) => void): void {
  for (const p of following.problems) {
    if (said.has(p.message)) continue;
    said.add(p.message);
    warn(Problem.fromJSON(p).sentence);
  }
}

function written(job: ChurnJob, seen: Churn, kinds: readonly KindInfo[]): string {
  const now = Date.now();
  if (job.kubbernecker) {
    const [kind] = kinds;
    return job.object === undefined || !kind
      ? kubberneckerWatch(seen)
      : kubberneckerBlame(seen.tally(kind, job.object.namespace, job.object.name));
  }
  if (job.json) return JSON.stringify(report(seen, now));
  const findings = seen.findings(now).map((f) => `${sentence(f).replaceAll('`', '')}\n  ${advice(f)}`);
  const rows = rowsOf(seen).map(({ kind, tally: t }) => [
    kindName(kind, seen.kinds),
    t.namespace,
    t.name === '' ? '(others)' : t.name,
    String(t.adds),
    String(t.updates),
    String(t.deletes),
    `${digits(t.rate(now, seen.start))}/s`,
    t.updates > 0 && t.heartbeats === t.updates ? 'heartbeat' : '',
    managersOf(t)
      .map(
        (m) =>
          `${m.manager} ` +
          `${m.updates}${m.fields[0] ? ` (${m.fields[0].path}${m.fields.length > 1 ? ` and ${m.fields.length - 1} more` : ''})` : ''}`,
      )
      .join(', '),
  ]);
  if (rows.length === 0) return 'Nothing changed.';
  return [
    ...findings,
    ...(findings.length > 0 ? [''] : []),
    table(
      [
        { title: 'kind' },
        { title: 'namespace' },
        { title: 'name' },
        ...['adds', 'updates', 'deletes', 'rate'].map((title) => ({ title, right: true })),
        { title: '' },
        { title: 'updates by' },
      ],
      rows,
    ),
  ].join('\n');
}
