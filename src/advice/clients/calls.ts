/**
 * The functions that make a configuration, hand one on, or build a client from one. Read in the sources of client-go
 * v0.37.0 and controller-runtime v0.10…v0.25.
 */
import { RUNTIME } from '../libraries';
import type { Call } from '../go/file';
import type { Limiters, OriginKind } from './types';

export const REST = 'k8s.io/client-go/rest';
const CLIENTCMD = 'k8s.io/client-go/tools/clientcmd';
const DISCOVERY = 'k8s.io/client-go/discovery';

/** What a call makes a configuration of; undefined for any other call. `fails`: it returns an error as well. */
export function originOf(call: Call): { kind: OriginKind; fails: boolean } | undefined {
  const { pkg, name } = call;
  if ((pkg === RUNTIME || pkg === `${RUNTIME}/pkg/client/config`) && /^GetConfig(OrDie|WithContext)?$/.test(name))
    return { kind: 'getConfig', fails: name !== 'GetConfigOrDie' };
  if (pkg === REST && name === 'InClusterConfig') return { kind: 'inCluster', fails: true };
  if (
    pkg === CLIENTCMD &&
    /^(BuildConfigFromFlags|BuildConfigFromKubeconfigGetter|RESTConfigFromKubeConfig)$/.test(name)
  )
    return { kind: 'clientcmd', fails: true };
  // clientcmd.NewDefaultClientConfig(…).ClientConfig(), and whatever variable holds the loader.
  if (pkg === undefined && name === 'ClientConfig' && call.args.length === 0) return { kind: 'clientcmd', fails: true };
  // genericclioptions.ConfigFlags and kubectl's factories.
  if (pkg === undefined && name === 'ToRESTConfig' && call.args.length === 0) return { kind: 'clientcmd', fails: true };
  return undefined;
}

/**
 * 'copy': a new one with the same limits (rest.CopyConfig); 'same': the argument itself, changed (rest.AddUserAgent).
 */
export function passesOn(call: Call): 'copy' | 'same' | undefined {
  if (call.pkg === REST)
    return call.name === 'CopyConfig' || call.name === 'AnonymousClientConfig'
      ? 'copy'
      : call.name === 'AddUserAgent'
        ? 'same'
        : undefined;
  return call.pkg === 'k8s.io/client-go/dynamic' && call.name === 'ConfigFor' ? 'copy' : undefined;
}

export interface Built {
  readonly makes: string;
  readonly limiters: Limiters;
  /** Burst when it is 0: discovery's is 300. */
  readonly burst?: number;
  /** Index of the argument. */
  readonly arg: number;
  /** A manager or cluster, which hands its configuration out again. */
  readonly manager: boolean;
}

/** What a call builds from a configuration; undefined for any other call. */
export function builtBy(call: Call): Built | undefined {
  const { pkg, name } = call;
  if (pkg === undefined || pkg === '') return undefined;
  const built = (limiters: Limiters, more: Partial<Built> = {}): Built => ({
    makes: call.node.childForFieldName('function')?.text ?? name,
    limiters,
    arg: 0,
    manager: false,
    ...more,
  });
  if (
    (pkg === RUNTIME && name === 'NewManager') ||
    (pkg === `${RUNTIME}/pkg/manager` && name === 'New') ||
    (pkg === `${RUNTIME}/pkg/cluster` && name === 'New')
  )
    return built('kinds', { manager: true });
  if (
    (pkg === `${RUNTIME}/pkg/client` && /^(New|NewWithWatch)$/.test(name)) ||
    (pkg === `${RUNTIME}/pkg/cache` && name === 'New')
  )
    return built('kinds');
  if (pkg === DISCOVERY && /^NewDiscoveryClientForConfig/.test(name)) return built('client', { burst: 300 });
  if (/^NewForConfig(OrDie|AndClient)?$/.test(name))
    return built(
      /^k8s\.io\/client-go\/(dynamic|metadata|scale|kubernetes\/typed\/)/.test(pkg) || /\/typed\//.test(pkg)
        ? 'client'
        : 'clientset',
    );
  if (pkg === REST && /^(Unversioned)?RESTClientFor(ConfigAndClient)?$/.test(name)) return built('client');
  if (pkg === 'k8s.io/client-go/tools/leaderelection/resourcelock' && name === 'NewFromKubeconfig')
    return built('clientset', { arg: 4 });
  return undefined;
}

/** Calls that take a configuration and leave its limits as they are. What is not known to may change them. */
export function leavesAlone(call: Call): boolean {
  if (
    call.pkg !== undefined &&
    /^(fmt|log|log\/slog|errors|reflect|encoding\/json|net\/http)$|^k8s\.io\/(client-go|klog|apimachinery|kubectl)|^sigs\.k8s\.io\/controller-runtime|\/logr$/.test(
      call.pkg,
    )
  )
    return true;
  return /^(New|Must|Create|Install|Is|Has|Info|Error|Debug|V|Print|Start|Run|Serve|Wait|append|len|With|Get|Detect|Discover|Check|Verify|Validate|Add|Register|SetupWithManager|DeepEqual|Equal|NotNil|NoError)/.test(
    call.name,
  );
}
