// The rig's settings, and the manifests that contain paths of a run.
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf, here, versions } from './places.mjs';

/**
 * The manifests that name paths or versions of this run, into its folder. @param {string} dir @param {number} network
 */
export function writeManifests(dir, network) {
  const text = (/** @type {string} */ name) => readFileSync(join(here, 'manifests', name), 'utf8');
  const write = (/** @type {string} */ name, /** @type {string} */ content) =>
    writeFileSync(join(dir, 'manifests', name), content);
  write('kube-controller-manager.yaml', text('kube-controller-manager.yaml'));
  write('monitoring.yaml', text('monitoring.yaml').replaceAll('${PROMETHEUS}', versions.prometheus));
  write(
    'prometheus.yml',
    text('prometheus.yml')
      .replaceAll('{network}', `127.0.0.1:${network}`)
      .replaceAll('{account}', join(dir, 'pods', 'monitoring_prometheus-0')),
  );
}

/** The path of a socket has a limit of about 100 characters, which a run folder may exceed. @param {string} dir */
export function socketFile(dir) {
  const file = join(dir, 'network.sock');
  return file.length < 100 ? file : join(tmpdir(), `tuner-network-${hashOf([dir])}.sock`);
}

/**
 * What the rig runs behind which image, and where.
 * @param {string} dir @param {import('../build.mjs').Binaries} bin
 * @param {{ owner: number, network: number, node: string }} how network: the port of the pod network's proxy
 */
export function rigSettings(dir, bin, { owner, network, node }) {
  const pki = (/** @type {string} */ name) => join(dir, 'pki', name);
  const managerConfig = join(dir, 'controller-manager.kubeconfig');
  return {
    dir,
    kubeconfig: join(dir, 'rig.kubeconfig'),
    node,
    owner,
    version: versions.kubernetes,
    network: `127.0.0.1:${network}`,
    networkSocket: socketFile(dir),
    staticPod: join(dir, 'manifests', 'kube-controller-manager.yaml'),
    programs: {
      widgets: { path: bin.widgets },
      gadgets: { path: bin.gadgets },
      leaky: { path: bin.leaky, env: { LISTEN_ADDRESS: '127.0.0.1:{port:8081}' } },
      paint: { path: bin.paint },
      load: { path: bin.load },
      orders: { path: bin.orders },
      prometheus: {
        path: bin.prometheus,
        quiet: true,
        args: [
          `--config.file=${join(dir, 'manifests', 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(dir, 'prometheus')}`,
          '--storage.tsdb.retention.time=1d',
          '--web.listen-address=127.0.0.1:{port:9090}',
          '--web.enable-remote-write-receiver',
          '--storage.tsdb.no-lockfile',
        ],
      },
      'kube-controller-manager': {
        path: bin['kube-controller-manager'],
        ownKubeconfig: true,
        pass: ['--kube-api-', '--concurrent-'],
        args: [
          `--kubeconfig=${managerConfig}`,
          `--authentication-kubeconfig=${managerConfig}`,
          `--authorization-kubeconfig=${managerConfig}`,
          '--bind-address=127.0.0.1',
          '--secure-port={port:10257}',
          '--leader-elect=true',
          '--use-service-account-credentials=true',
          `--client-ca-file=${pki('ca.crt')}`,
          `--root-ca-file=${pki('ca.crt')}`,
          `--service-account-private-key-file=${pki('sa.key')}`,
          `--cluster-signing-cert-file=${pki('ca.crt')}`,
          `--cluster-signing-key-file=${pki('ca.key')}`,
          '--cluster-name=kubernetes',
          '--controllers=*,bootstrapsigner,tokencleaner',
        ],
      },
    },
  };
}
