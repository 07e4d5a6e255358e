import { describe, expect, it } from 'vitest';
import { resembles } from '../../../src/series/resembles';

describe('a workload that may run a program', () => {
  it.each([
    [
      'example.com/tuner-samples/cmd/widgets',
      ['widgets-controller', 'widgets-system', 'registry.example/widgets:v0.3.1'],
    ],
    ['github.com/acme/widget-operator', ['acme-manager', 'acme', 'ghcr.io/acme/widget-operator@sha256:ab']],
    ['github.com/acme/widget-operator/v2', ['widget', 'default', 'manager:latest']],
    ['argocd-cmd-params-cm.yaml', ['argocd-application-controller', 'argocd', 'quay.io/argoproj/argocd:v3.0.0']],
    ['sigs.k8s.io/kueue/cmd/manager', ['controller-manager', 'kueue-system', 'registry.k8s.io/kueue/kueue:v0.9.0']],
  ])('%s is %j', (program, names) => {
    expect(resembles(program, names)).toBe(true);
  });

  it.each([
    [
      'example.com/tuner-samples/cmd/widgets',
      ['gadgets-controller-manager', 'gadgets-system', 'registry.example/gadgets:v0.3.1'],
    ],
    // Only what tells controllers apart counts.
    ['github.com/acme/widget-operator', ['prometheus-operator', 'monitoring', 'quay.io/acme/prometheus-operator:v1']],
    ['example.com/shop', ['red', 'paints-system', 'example.com/paint:v1']],
    ['', ['a', 'b', 'c']],
  ])('%s is not %j', (program, names) => {
    expect(resembles(program, names)).toBe(false);
  });
});
