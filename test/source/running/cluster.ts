/**
 * The test cluster's API server, by its kubeconfig with the certificates in it. Asked without client-node, which needs
 * a newer Node than these tests.
 */
import fs from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

export class TestCluster {
  readonly server: URL;
  readonly tls: Pick<https.RequestOptions, 'ca' | 'cert' | 'key'>;

  /** Throws when the file is not one of `npm run cluster`, which have one cluster and one user. */
  constructor(kubeconfig: string) {
    const {
      clusters: [found],
      users: [owner],
    } = parse(fs.readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const pem = (data: string | undefined): Buffer => {
      if (data === undefined) throw new Error(`${kubeconfig} has no certificates: it is not one of npm run cluster`);
      return Buffer.from(data, 'base64');
    };
    this.tls = {
      ca: pem(found?.cluster['certificate-authority-data']),
      cert: pem(owner?.user['client-certificate-data']),
      key: pem(owner?.user['client-key-data']),
    };
    this.server = new URL(found?.cluster.server ?? '');
  }

  /** Throws for any answer that is not a success. */
  async ask(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = https.request(
        new URL(path, this.server),
        { ...this.tls, method, headers: { 'content-type': 'application/json' }, timeout: 60_000 },
        (answer) => {
          let text = '';
          answer
            .setEncoding('utf8')
            .on('data', (chunk: string) => {
              text += chunk;
            })
            .on('end', () => {
              resolve({ status: answer.statusCode ?? 0, text });
            })
            .on('error', reject);
        },
      );
      request.on('error', reject).on('timeout', () => {
        request.destroy(new Error(`${method} ${path}: no answer in a minute`));
      });
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  }
}
