import { describe, expect, it } from 'vitest';
import { bypassed, proxyFor } from '../../../src/kube/net/proxy';

const at = (s: string): URL => new URL(s);

describe('which proxy', () => {
  it('prefers the kubeconfig over the environment, and then knows no exceptions', () => {
    expect(proxyFor(at('https://k.example'), 'http://p:1', { HTTPS_PROXY: 'http://q:2', NO_PROXY: '*' })?.host).toBe(
      'p:1',
    );
  });
  it('takes HTTPS_PROXY for https and HTTP_PROXY for http, capital letters first', () => {
    const env = { HTTPS_PROXY: 'http://s:1', https_proxy: 'http://small:1', http_proxy: 'plain:2' };
    expect(proxyFor(at('https://k.example'), undefined, env)?.host).toBe('s:1');
    expect(proxyFor(at('http://k.example'), undefined, env)?.host).toBe('plain:2');
    expect(proxyFor(at('https://k.example'), undefined, {})).toBeUndefined();
  });
  it('says what is wrong with one without quoting it, since it may hold a password', () => {
    expect(() => proxyFor(at('https://k'), 'ftp://jane:geheim@p', {})).toThrowError(/kind "ftp"/);
    expect(() => proxyFor(at('https://k'), 'ftp://jane:geheim@p', {})).not.toThrowError(/geheim/);
  });
});

// Expectations after golang.org/x/net/http/httpproxy, which kubectl follows.
describe('NO_PROXY', () => {
  it.each([
    ['https://api.example.com', 'example.com', true],
    ['https://example.com', 'example.com', true],
    ['https://example.com', '.example.com', false],
    ['https://api.example.com', '.example.com', true],
    ['https://api.example.com', '*.example.com', true],
    ['https://badexample.com', 'example.com', false],
    ['https://api.example.com:6443', 'api.example.com:6443', true],
    ['https://api.example.com', 'api.example.com:6443', false],
    ['https://10.1.2.3', 'foo, 10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://[fd00::1]:6443', 'fd00::/8', true],
    ['https://API.Example.com', 'example.COM', true],
    ['https://anything', '*', true],
    ['https://anything', '', false],
    ['https://localhost:6443', '', true],
    ['https://127.0.0.1:6443', '', true],
  ])('%s with "%s" → %s', (server, list, expected) => {
    expect(bypassed(at(server), list)).toBe(expected);
  });
});
