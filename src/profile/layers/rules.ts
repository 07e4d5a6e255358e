/**
 * The layers in which a controller's author thinks, as data: what a function belongs to, by its package, its file and
 * its name. The first rule that matches decides. The user's own modules come before all rules; `originOf` decides when
 * no rule matches.
 *
 * Packages were read in the modules' own sources: controller-runtime v0.15.3 to v0.25.2, client-go and apimachinery
 * v0.27.16 to v0.37.2; files and functions of the runtime in Go 1.20 to 1.26.
 */

/** In the order in which they are listed for the user. Answers refer to a layer by its index here. */
export const LAYERS = [
  { id: 'own', name: 'Your module' },
  { id: 'controllerRuntime', name: 'controller-runtime' },
  { id: 'informers', name: 'client-go: informers' },
  { id: 'workqueue', name: 'client-go: workqueue' },
  { id: 'rest', name: 'client-go: rest' },
  { id: 'clientGo', name: 'client-go: other' },
  { id: 'encoding', name: 'Encoding' },
  { id: 'http', name: 'TLS and HTTP' },
  { id: 'gc', name: 'GC and allocation' },
  { id: 'scheduling', name: 'Runtime scheduling' },
  { id: 'std', name: 'Standard library' },
  { id: 'dependency', name: 'Other dependency' },
  { id: 'unknown', name: 'Unknown' },
] as const;

export type LayerId = (typeof LAYERS)[number]['id'];

export interface LayerRule {
  readonly layer: LayerId;
  /** The import path. */
  readonly pkg: RegExp;
  /** Base name of the file. */
  readonly file?: RegExp;
  /** What follows the package in the function's name, without its dot. */
  readonly name?: RegExp;
}

export const RULES: readonly LayerRule[] = [
  // The priority queue, new in v0.20.0, is part of controller-runtime; workers wait in it as in client-go's queue.
  { layer: 'workqueue', pkg: /^sigs\.k8s\.io\/controller-runtime\/pkg\/controller\/priorityqueue$/ },
  { layer: 'informers', pkg: /^sigs\.k8s\.io\/controller-runtime\/pkg\/(cache|internal\/source)(\/|$)/ },
  { layer: 'controllerRuntime', pkg: /^sigs\.k8s\.io\/controller-runtime(\/|$)/ },

  {
    layer: 'informers',
    pkg: /^k8s\.io\/client-go\/(tools\/(cache|watch|pager)|informers|listers|metadata\/metadatainformer|dynamic\/(dynamicinformer|dynamiclister))(\/|$)/,
  },
  { layer: 'informers', pkg: /^k8s\.io\/apimachinery\/pkg\/watch$/ },
  { layer: 'workqueue', pkg: /^k8s\.io\/client-go\/util\/workqueue$/ },
  // Watches and lists are decoded in here; the rules for the decoders' own packages cover that.
  {
    layer: 'rest',
    pkg: /^k8s\.io\/client-go\/(rest|gentype|kubernetes|dynamic|metadata|discovery|transport|util\/(flowcontrol|apply|connrotation|exec)|plugin|restmapper|scale)(\/|$)/,
  },
  { layer: 'rest', pkg: /^k8s\.io\/apimachinery\/pkg\/util\/(net|httpstream)(\/|$)/ },
  { layer: 'rest', pkg: /^golang\.org\/x\/time\/rate$/ },

  {
    layer: 'encoding',
    pkg: /^k8s\.io\/apimachinery\/pkg\/(runtime\/serializer|conversion|util\/(json|yaml|framer)|third_party\/forked\/golang\/json)(\/|$)/,
  },
  {
    layer: 'encoding',
    pkg: /^k8s\.io\/apimachinery\/pkg\/runtime$/,
    file: /^(codec|converter|generated\.pb|types_proto|embedded|negotiate)\.go$/,
  },
  // Kubernetes' own types marshal themselves: generated code in the type's package.
  {
    layer: 'encoding',
    pkg: /^k8s\.io\/(api|apimachinery|apiextensions-apiserver|metrics|kube-aggregator)\//,
    file: /^generated\.protomessage\.pb\.go$|^generated\.pb\.go$/,
  },
  {
    layer: 'encoding',
    pkg: /./,
    name: /^\(\*?\w+(\[.*\])?\)\.(Unmarshal|Marshal|UnmarshalJSON|MarshalJSON|UnmarshalCBOR|MarshalCBOR|MarshalTo|MarshalToSizedBuffer|XXX_\w+)$/,
  },
  {
    layer: 'encoding',
    pkg: /^(encoding\/(json|base64|binary|hex|csv|xml|gob|pem|asn1)(\/.*)?|sigs\.k8s\.io\/(json|yaml)(\/.*)?|gopkg\.in\/yaml\.v\d|go\.yaml\.in\/yaml\/v\d|github\.com\/(json-iterator\/go|modern-go\/reflect2|gogo\/protobuf\/.*|golang\/protobuf\/.*|fxamacker\/cbor\/v2|goccy\/go-yaml(\/.*)?|mailru\/easyjson(\/.*)?)|google\.golang\.org\/protobuf(\/.*)?|sigs\.k8s\.io\/structured-merge-diff\/.*)$/,
  },
  { layer: 'encoding', pkg: /^compress\// },

  {
    layer: 'http',
    pkg: /^(net\/http|crypto\/(tls|x509)|golang\.org\/x\/net\/(http2|http|idna|proxy)|vendor\/golang\.org\/x\/net\/http)(\/|$)/,
  },
  { layer: 'http', pkg: /^(net\/textproto|mime\/multipart)$/ },
  // Ciphers, and reading and writing sockets: in a controller, that is the connection to the API server.
  { layer: 'http', pkg: /^(crypto|vendor\/golang\.org\/x\/crypto|golang\.org\/x\/crypto)(\/|$)/ },
  { layer: 'http', pkg: /^(net|internal\/poll)$/ },

  {
    layer: 'gc',
    pkg: /^runtime$/,
    file: /^(mgc\w*|mbitmap\w*|malloc\w*|mheap|mcache|mcentral|mspanset|msize|mbarrier|mwbbuf|mfinal|mcleanup|mpage\w*|mpallocbits|mranges|mfixalloc|mem\w*|sizeclasses|arena|fastlog2|lfstack|mprof)\.go$/,
    name: /^(?!memmove|memequal|memhash|memclr)/,
  },
  {
    layer: 'gc',
    pkg: /^runtime$/,
    name: /^(gc[A-Z]\w*|scan\w*|greyobject|markroot\w*|mallocgc\w*|newobject|makeslice\w*|growslice|newarray|sweep\w*|bgsweep|bgscavenge|wb[A-Z]\w*|bulkBarrier\w*|heapBits\w*|typePointers\w*|\(\*(mheap|mcache|mcentral|mspan|gcWork|gcBits|gcControllerState|sweepLocked|pageAlloc|scavengerState|wbBuf|limiterEvent|gcCPULimiterState)\)\.\w+|nextFreeFast|memclrNoHeapPointers\w*|madvise|mmap|sysAlloc\w*|sysUsed\w*|sysUnused\w*|tryDeferToSpanScan|spanOf\w*|findObject)(\.|$)/,
  },
  { layer: 'gc', pkg: /^internal\/runtime\/gc(\/|$)/ },
  {
    layer: 'scheduling',
    pkg: /^runtime$/,
    file: /^(proc|lock_\w+|netpoll\w*|sema|chan|select|os_\w+|preempt\w*|time\w*|note_other|rwmutex|signal_\w+|sigqueue\w*)\.go$/,
  },
  {
    layer: 'scheduling',
    pkg: /^runtime$/,
    name: /^(schedule|findRunnable|findrunnable|park_m|mcall|gopark\w*|goready|ready|futex\w*|notesleep\w*|notewakeup|notetsleep\w*|lock\w*|unlock\w*|stopm|startm|wakep|resetspinning|runq\w*|stealWork|netpoll\w*|epoll\w*|usleep|osyield|procyield|sysmon|retake|mstart\w*|mPark|gosched\w*|goschedImpl|execute|gogo|morestack|newstack|goexit\w*|selectgo|chansend\w*|chanrecv\w*|send|recv|sellock|selunlock|semacquire\w*|semrelease\w*|newproc\w*|checkTimers|\(\*timers?\)\.\w+|runtimer|nanotime\w*|asyncPreempt\w*|preempt\w*|sig\w+|tgkill|rt0_go|exitsyscall\w*|entersyscall\w*|reentersyscall)(\.|$)/,
  },
  { layer: 'scheduling', pkg: /^internal\/runtime\/(syscall|sys)(\/.*)?$/, name: /^Epoll/ },

  { layer: 'clientGo', pkg: /^k8s\.io\/client-go(\/|$)/ },
];
