import { describe, expect, it } from 'vitest';
import { leaders, NOW, World } from './cluster';
import { discover } from '../../../src/controllers/discover';

const UUID = '6f2c1f2e-9d5f-4c64-9d2f-5a0c6f2a1b3c';
const manager = (...args: string[]) => [
  { name: 'manager', image: 'example.com/w:1', args: ['--leader-elect', ...args] },
];

describe('the leader, by what its lease names as holder', () => {
  it.each([
    ['pod name and a random id, as controller-runtime has it', `w-7c9d-b_${UUID}`],
    ['pod name alone', 'w-7c9d-b'],
    ['pod name, dash, id', `w-7c9d-b-${UUID}`],
    ['the uid of the pod', 'uid-default-w-7c9d-b'],
    ['a fully qualified host name', `w-7c9d-b.w.default.svc.cluster.local_${UUID}`],
    ['namespace and pod name', 'default/w-7c9d-b'],
    ['namespace, underscore, pod name', 'default_w-7c9d-b'],
  ])('%s', (_, holder) => {
    const w = new World().deployment('w', 3, { containers: manager() }).lease('default', 'abc.example.com', holder).one;
    expect(leaders(w)).toEqual(['w-7c9d-b']);
    expect([w.replicas[0]!.pod.name, w.replicas[0]!.leases]).toEqual(['w-7c9d-b', ['default/abc.example.com']]);
  });

  it('a host name that Linux cut at 63 characters', () => {
    const long = `operator-${'x'.repeat(60)}`;
    const w = new World()
      .pod(`${long}-0`, { owner: { kind: 'StatefulSet', name: long } })
      .lease('default', 'l', `${`${long}-0`.slice(0, 63)}_${UUID}`).one;
    expect(leaders(w)).toEqual([`${long}-0`]);
  });

  it('a pod in another namespace than its lease', () => {
    const w = new World()
      .deployment('cert-manager', 2, { namespace: 'cert-manager' })
      .lease('kube-system', 'cert-manager-controller', 'cert-manager-7c9d-b-external-cert-manager-controller').one;
    expect(leaders(w)).toEqual(['cert-manager-7c9d-b']);
  });

  it('the nearer one of two pods of the same name, or none', () => {
    const world = new World()
      .pod('app-0', { namespace: 'a', owner: { kind: 'StatefulSet', name: 'app' } })
      .pod('app-0', { namespace: 'b', owner: { kind: 'StatefulSet', name: 'app' } });
    const led = (w: World) =>
      w.discover().flatMap((x) => x.replicas.filter((r) => r.leader).map((r) => r.pod.namespace));
    expect(led(world.lease('b', 'l', 'app-0'))).toEqual(['b']);
    world.leases.clear();
    expect(led(world.lease('c', 'l', 'app-0'))).toEqual([]);
  });
});

describe('leaders on the network of a node', () => {
  const kcm = (node: string) => ({
    namespace: 'kube-system',
    node,
    hostNetwork: true,
    owner: { kind: 'Node', name: node },
    labels: { component: 'kube-controller-manager', tier: 'control-plane' },
    containers: [
      {
        name: 'kube-controller-manager',
        image: 'registry.k8s.io/kube-controller-manager:v1.36.0',
        command: ['kube-controller-manager', '--leader-elect=true'],
      },
    ],
  });
  const scheduler = (node: string) => ({
    ...kcm(node),
    labels: { component: 'kube-scheduler' },
    containers: [
      {
        name: 'kube-scheduler',
        image: 'registry.k8s.io/kube-scheduler:v1.36.0',
        command: ['kube-scheduler', '--leader-elect=true'],
      },
    ],
  });
  const proxy = (node: string) => ({
    namespace: 'kube-system',
    node,
    hostNetwork: true,
    owner: { kind: 'DaemonSet', name: 'kube-proxy' },
    containers: [{ name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.36.0' }],
  });
  const world = (): World => {
    const w = new World();
    for (const node of ['cp-1', 'cp-2'])
      w.pod(`kube-controller-manager-${node}`, kcm(node))
        .pod(`kube-scheduler-${node}`, scheduler(node))
        .pod(`kube-proxy-${node}x`, proxy(node));
    return w;
  };
  const led = (w: World) => w.discover().flatMap(leaders);

  it('are told apart by the lease: one node leads with each', () => {
    const w = world()
      .lease('kube-system', 'kube-controller-manager', `cp-2_${UUID}`)
      .lease('kube-system', 'kube-scheduler', `cp-2_${UUID}`);
    expect(led(w)).toEqual(['kube-controller-manager-cp-2', 'kube-scheduler-cp-2']);
    expect(
      w
        .discover()
        .find((x) => x.name === 'kube-controller-manager')!
        .reasons.map((r) => r.text),
    ).toContain('holds the lease kube-system/kube-controller-manager');
  });

  it('with the domain of the node or without it', () => {
    const w = new World()
      .pod('kube-scheduler-ip-1.ec2.internal', scheduler('ip-1.ec2.internal'))
      .lease('kube-system', 'kube-scheduler', `ip-1_${UUID}`);
    expect(led(w)).toEqual(['kube-scheduler-ip-1.ec2.internal']);
  });

  it('by the flag that names the lease', () => {
    const own = (name: string, id: string) => ({
      node: 'cp-1',
      hostNetwork: true,
      owner: { kind: 'DaemonSet', name },
      containers: manager(`--leader-election-id=${id}`),
    });
    expect(
      led(new World().pod('a-1', own('a', 'one')).pod('b-1', own('b', 'two')).lease('default', 'two', `cp-1_${UUID}`)),
    ).toEqual(['b-1']);
  });

  it('of a lease that no pod of the node can be told to own: none', () => {
    expect(led(world().lease('kube-system', 'plndr-cp-lock', 'cp-1'))).toEqual([]);
  });
});

describe('leases', () => {
  const two = () => new World().deployment('w', 2, { containers: manager() });

  it('that have run out lead nobody, with patience for clocks that differ', () => {
    expect(leaders(two().lease('default', 'l', 'w-7c9d-a', 14).one)).toEqual(['w-7c9d-a']);
    expect(leaders(two().lease('default', 'l', 'w-7c9d-a', 25).one)).toEqual(['w-7c9d-a']);
    expect(leaders(two().lease('default', 'l', 'w-7c9d-a', 31).one)).toEqual([]);
    expect(leaders(two().lease('default', 'l', '').one)).toEqual([]);
  });

  it("are judged by the other renewals when this machine's clock is behind", () => {
    const w = two()
      .lease('default', 'old', 'w-7c9d-a', 0)
      .lease('default', 'new', 'w-7c9d-b', -60)
      .lease('default', 'another', 'w-7c9d-b', -61);
    expect(leaders(w.one)).toEqual(['w-7c9d-b']);
  });

  it('of one machine whose clock is ahead take no leader from the others', () => {
    const w = two().lease('default', 'well', 'w-7c9d-a', 1).lease('default', 'ahead', 'w-7c9d-b', -60);
    expect(leaders(w.one)).toEqual(['w-7c9d-a', 'w-7c9d-b']);
  });

  describe('that are followed', () => {
    const ended = (
      r: { renewedAt: number; heardAt?: number; renewing?: boolean },
      more: (w: World) => World = (w) => w,
    ): string[] => {
      const w = more(two().lease('default', 'l', 'w-7c9d-a'));
      w.leases.set('default/l', { ...w.leases.get('default/l')!, ...r });
      return leaders(w.one);
    };
    const MIN = 60_000;

    it.each([-10 * MIN, 10 * MIN])('live while renewals come, with a clock that is %i ms off', (off) => {
      expect(ended({ renewedAt: NOW + off, heardAt: NOW - 2000, renewing: true })).toEqual(['w-7c9d-a']);
      expect(ended({ renewedAt: NOW + off, heardAt: NOW - 31_000, renewing: true })).toEqual([]);
    });

    it("tell by how much this machine's clock is off, for those that were not renewed yet", () => {
      const others = (w: World): World => {
        w.leases.set('default/o', {
          ...w.leases.get('default/l')!,
          name: 'o',
          holder: 'w-7c9d-b',
          renewedAt: NOW - 10 * MIN,
          heardAt: NOW,
          renewing: true,
        });
        return w;
      };
      expect(ended({ renewedAt: NOW - 10 * MIN - 9000, heardAt: NOW - 9000 }, others)).toEqual([
        'w-7c9d-a',
        'w-7c9d-b',
      ]);
      expect(ended({ renewedAt: NOW - 11 * MIN, heardAt: NOW - 9000 }, others)).toEqual(['w-7c9d-b']);
    });

    it('are dead when nothing came for as long as they last, however far ahead their time is', () => {
      expect(ended({ renewedAt: NOW + 60 * MIN, heardAt: NOW - 31_000 })).toEqual([]);
    });
  });

  it('several in one pod are all its own; shards lead beside each other', () => {
    const w = two()
      .lease('default', 'a', `w-7c9d-a_${UUID}`)
      .lease('default', 'b', `w-7c9d-a_${UUID}`)
      .lease('default', 'c', `w-7c9d-b_${UUID}`).one;
    expect(w.replicas.map((r) => [r.pod.name, r.leader, r.leases])).toEqual([
      ['w-7c9d-a', true, ['default/a', 'default/b']],
      ['w-7c9d-b', true, ['default/c']],
    ]);
  });

  it('never lead twice, and the change of a leader is seen', () => {
    const w = two().lease('default', 'l', 'w-7c9d-a');
    expect(leaders(w.one)).toEqual(['w-7c9d-a']);
    w.lease('default', 'l', 'w-7c9d-b');
    expect(leaders(w.one)).toEqual(['w-7c9d-b']);
    expect(w.one.replicas.map((r) => r.leases)).toEqual([['default/l'], []]);
  });

  it('of pods that are gone lead nobody', () => {
    const w = two().lease('default', 'l', 'w-7c9d-z_1');
    expect(discover(w, { now: NOW, marked: {} }).flatMap(leaders)).toEqual([]);
  });
});
