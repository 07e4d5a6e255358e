import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/inspect/args';
import { table } from '../../../src/inspect/table';

const args = (line: string): string[] => line.split(' ').filter((s) => s !== '');

describe('the command line', () => {
  it('reads profile and goroutines', () => {
    expect(parse(args('profile a.pb.gz --sample-index alloc_space --json'))).toEqual({ job: 'profile', file: 'a.pb.gz', sampleIndex: 'alloc_space', json: true, maxMiB: 512 });
    expect(parse(args('goroutines g.txt --max-mib 8'))).toEqual({ job: 'goroutines', file: 'g.txt', json: false, maxMiB: 8 });
  });

  it('reads controllers', () => {
    expect(parse(args('controllers --kubeconfig k --context c -n ns --json'))).toEqual({
      job: 'controllers', kubeconfig: 'k', context: 'c', namespace: 'ns', all: false, stated: false, token: { kind: 'none' }, json: true,
    });
  });

  it('reads capture, with 30 s for a CPU profile and none for what answers at once', () => {
    expect(parse(args('capture cpu --kubeconfig k --workload ns/name -o out.pb.gz'))).toMatchObject({ kind: 'cpu', seconds: 30, out: 'out.pb.gz', from: { namespace: 'ns', workload: 'name', replica: undefined } });
    expect(parse(args('capture heap --workload ns/name --replica p -o o'))).toMatchObject({ kind: 'heap', seconds: 0, from: { replica: 'p' } });
    expect(parse(args('capture goroutine --url http://127.0.0.1:6060 -o o'))).toMatchObject({ from: { url: 'http://127.0.0.1:6060' } });
    expect(parse(args('capture cpu --workload a/b --service-account mon/prober --seconds 5 -o o'))).toMatchObject({ token: { kind: 'serviceAccount', namespace: 'mon', name: 'prober' }, seconds: 5 });
    expect(parse(args('capture cpu --workload a/b --token own -o o'))).toMatchObject({ token: { kind: 'own' } });
  });

  it.each([
    ['', /No command/], ['profil a', /no command "profil"/], ['profile', /Give a file/], ['profile a b', /"b" is one too many/], ['profile a --workload x/y', /does not take --workload/],
    ['profile a --nope', /--nope/], ['controllers x', /takes no "x"/], ['capture cpu --workload a/b', /-o FILE/], ['capture wall --workload a/b -o o', /no kind "wall"/],
    ['capture cpu -o o', /--workload NS\/NAME or --url/], ['capture cpu --workload ab -o o', /NAMESPACE\/NAME/], ['capture cpu --workload a/b --url u -o o', /two places/],
    ['capture cpu --workload a/b --seconds 0 -o o', /from 1 to 3600/], ['capture cpu --workload a/b --seconds 1.5 -o o', /whole number/], ['capture cpu --workload a/b --token eyJhbGci -o o', /takes only "own"/],
  ])('refuses "%s"', (line, message) => {
    let error: unknown;
    try { parse(args(line)); } catch (e) { error = e; }
    expect(error).toMatchObject({ code: 'inspect.usage', message: expect.stringMatching(message) as string });
    // A token given by mistake is not repeated on the screen.
    expect(String(error)).not.toContain('eyJhbGci');
  });

  it('gives help before it finds fault', () => {
    expect(parse(['--help'])).toEqual({ job: 'help' });
    expect(parse(['capture', '-h'])).toEqual({ job: 'help' });
  });
});

describe('table', () => {
  it('lines columns up', () => {
    expect(table([{ title: 'n', right: true }, { title: 'name' }, { title: 'at' }], [['1', 'a', 'x'], ['200', 'long', '']])).toBe('  n  name  at\n  1  a     x\n200  long');
  });
});
