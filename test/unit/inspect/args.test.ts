import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/inspect/args';
import { table } from '../../../src/inspect/table';

const args = (line: string): string[] => line.split(' ').filter((s) => s !== '');

describe('the command line', () => {
  it('reads profile and goroutines', () => {
    expect(parse(args('profile a.pb.gz --sample-index alloc_space --json'))).toEqual({
      job: 'profile',
      files: ['a.pb.gz'],
      base: [],
      ofBase: false,
      normalize: 'none',
      part: {},
      sampleIndex: 'alloc_space',
      output: { as: 'json' },
      maxMiB: 512,
    });
    expect(parse(args('goroutines g.txt --max-mib 8'))).toEqual({
      job: 'goroutines',
      file: 'g.txt',
      json: false,
      maxMiB: 8,
    });
  });

  it('reads a part of profiles in the words of go tool pprof, and what it is wanted as', () => {
    expect(
      parse(
        args(
          'profile a b --diff-base c --diff-base d --normalize duration --focus x --ignore y --hide z --show s --show-from f --tagfocus k=v --tagfocus l=w --tagignore m --tagroot k,l --tagleaf bytes --granularity lines --noinlines --cut --peek re',
        ),
      ),
    ).toMatchObject({
      files: ['a', 'b'],
      base: ['c', 'd'],
      ofBase: true,
      normalize: 'duration',
      output: { as: 'peek', match: 're' },
      part: {
        focus: 'x',
        ignore: 'y',
        hide: 'z',
        show: 's',
        showFrom: 'f',
        tagFocus: ['k=v', 'l=w'],
        tagIgnore: ['m'],
        tagRoot: ['k', 'l'],
        tagLeaf: ['bytes'],
        granularity: 'lines',
        noInlines: true,
        cut: true,
      },
    });
    expect(parse(args('profile a --base c'))).toMatchObject({
      base: ['c'],
      ofBase: false,
      part: {},
      output: { as: 'table' },
    });
    expect(parse(args('profile a --proto out'))).toMatchObject({ output: { as: 'proto', file: 'out' } });
  });

  it('reads controllers', () => {
    expect(parse(args('controllers --kubeconfig k --context c -n ns --json'))).toEqual({
      job: 'controllers',
      kubeconfig: 'k',
      context: 'c',
      namespace: 'ns',
      all: false,
      stated: false,
      token: { kind: 'none' },
      json: true,
    });
  });

  it('reads capture, with 30 s for a CPU profile and none for what answers at once', () => {
    expect(parse(args('capture cpu --kubeconfig k --workload ns/name -o out.pb.gz'))).toMatchObject({
      kind: 'cpu',
      seconds: 30,
      out: 'out.pb.gz',
      from: { namespace: 'ns', workload: 'name', replica: undefined },
    });
    expect(parse(args('capture heap --workload ns/name --replica p -o o'))).toMatchObject({
      kind: 'heap',
      seconds: 0,
      from: { replica: 'p' },
    });
    expect(parse(args('capture goroutine --url http://127.0.0.1:6060 -o o'))).toMatchObject({
      from: { url: 'http://127.0.0.1:6060' },
    });
    expect(parse(args('capture cpu --workload a/b --service-account mon/prober --seconds 5 -o o'))).toMatchObject({
      token: { kind: 'serviceAccount', namespace: 'mon', name: 'prober' },
      seconds: 5,
    });
    expect(parse(args('capture trace --workload a/b --all-replicas -o dir'))).toMatchObject({
      kind: 'trace',
      seconds: 5,
      out: 'dir',
      from: { all: true },
    });
    expect(parse(args('capture profile --workload a/b -o o'))).toMatchObject({ kind: 'cpu', seconds: 30 });
    expect(parse(args('capture example.com/shop.carts --workload a/b -o o'))).toMatchObject({
      kind: 'custom:example.com/shop.carts',
      seconds: 0,
    });
    expect(parse(args('capture cpu --workload a/b --token own -o o'))).toMatchObject({ token: { kind: 'own' } });
  });

  it('reads churn: every kind of the whole cluster for 20 s, or some of them', () => {
    expect(parse(args('churn --kubeconfig k --json'))).toEqual({
      job: 'churn',
      kubeconfig: 'k',
      context: undefined,
      kinds: [],
      namespace: undefined,
      selector: undefined,
      seconds: 20,
      json: true,
      kubbernecker: false,
      object: undefined,
    });
    expect(
      parse(args('churn --kind Paint.samples.example.com --kind Pod -n shop -l app=web --seconds 5')),
    ).toMatchObject({
      kinds: ['Paint.samples.example.com', 'Pod'],
      namespace: 'shop',
      selector: 'app=web',
      seconds: 5,
    });
    expect(parse(args('churn --kind Pod -A --kubbernecker --object shop/web-0'))).toMatchObject({
      namespace: undefined,
      kubbernecker: true,
      object: { namespace: 'shop', name: 'web-0' },
    });
  });

  it.each([
    ['churn -n a -A', /two choices/],
    ['churn --seconds 0', /from 1 to 86400/],
    ['churn --object a/b', /goes with --kubbernecker/],
    ['churn x', /takes no "x"/],
    ['', /No command/],
    ['profil a', /no command "profil"/],
    ['profile', /Give a file/],
    ['goroutines a b', /"b" is one too many/],
    ['profile a --top --folded', /--top and --folded are two outputs/],
    ['profile a --base b --diff-base c', /two ways to compare/],
    ['profile a --granularity words', /--granularity takes functions, /],
    ['profile a --normalize bytes', /--normalize takes /],
    ['profile a --workload x/y', /does not take --workload/],
    ['profile a --nope', /--nope/],
    ['controllers x', /takes no "x"/],
    ['capture cpu --workload a/b', /-o FILE/],
    ['capture cmdline --workload a/b -o o', /"cmdline" is not a profile/],
    ['capture heap --all-replicas --url u -o o', /two choices/],
    ['capture trace --workload a/b --seconds 0 -o o', /from 1 to 3600/],
    ['capture cpu -o o', /--workload NS\/NAME or --url/],
    ['capture cpu --workload ab -o o', /NAMESPACE\/NAME/],
    ['capture cpu --workload a/b --url u -o o', /two places/],
    ['capture cpu --workload a/b --seconds 0 -o o', /from 1 to 3600/],
    ['capture cpu --workload a/b --seconds 1.5 -o o', /whole number/],
    ['capture cpu --workload a/b --token eyJhbGci -o o', /takes only "own"/],
  ])('refuses "%s"', (line, message) => {
    let error: unknown;
    try {
      parse(args(line));
    } catch (e) {
      error = e;
    }
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
    expect(
      table(
        [{ title: 'n', right: true }, { title: 'name' }, { title: 'at' }],
        [
          ['1', 'a', 'x'],
          ['200', 'long', ''],
        ],
      ),
    ).toBe('  n  name  at\n  1  a     x\n200  long');
  });
});
