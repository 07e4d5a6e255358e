/**
 * The command line: the pure rooms and the kube room without an editor. JSON and tables to stdout, all else to stderr.
 */
import { isAbort, Problem } from '../base/problem';
import { parse, USAGE } from './args';
import type { Job } from './jobs';
import { goroutines } from './files';
import { profile } from './profile';

/** Exit status of a command that Ctrl-C ended, as in a shell: 128 + SIGINT. */
const INTERRUPTED = 130;

const stop = new AbortController();
const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function run(job: Job): Promise<string> {
  switch (job.job) {
    case 'help':
      return USAGE;
    case 'profile':
      return profile(job);
    case 'goroutines':
      return goroutines(job);
    case 'workers':
      return (await import('./workers')).workers(job, tell);
    case 'growth':
      return (await import('./growth')).growth(job, tell);
    case 'metrics':
      return (await import('./metrics')).metrics(job);
    case 'query':
      return (await import('./query')).query(job, stop.signal, tell);
    case 'source':
      return (await import('./advice')).source(job, stop.signal, tell);
    case 'rules':
      return (await import('./advice')).ruleTexts(job);
    case 'controllers':
      return (await import('./controllers')).controllers(job, stop.signal, tell);
    case 'churn':
      return (await import('./churn')).churn(job, stop.signal, tell);
    case 'pipeline':
      return (await import('./pipeline')).pipeline(job, stop.signal, tell);
    case 'capture':
      return (await import('./capture')).capture(job, stop.signal, tell);
  }
}

/** Exits once everything is written: a pipe may take a while, and a closed one (`| head`) is not an error. */
function leave(status: number, text: string): void {
  process.stdout.on('error', () => {
    process.exit(status);
  });
  if (text === '') process.exit(status);
  process.stdout.write(`${text}\n`, () => {
    process.exit(status);
  });
}

function interrupt(): void {
  // The second signal exits at once, whatever hangs.
  if (stop.signal.aborted) process.exit(INTERRUPTED);
  stop.abort();
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

async function main(): Promise<void> {
  try {
    leave(0, await run(parse(process.argv.slice(2))));
  } catch (e) {
    if (isAbort(e) || stop.signal.aborted) {
      leave(INTERRUPTED, '');
      return;
    }
    const problem = Problem.from(e);
    tell(problem.sentence);
    if (problem.detail !== undefined && problem.detail !== '') tell(problem.detail.replace(/^/gm, '  '));
    if (problem.code === 'unexpected' && process.env['DEBUG'] !== undefined && e instanceof Error) tell(e.stack ?? '');
    leave(1, '');
  }
}

void main();
