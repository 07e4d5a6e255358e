/** The Go files that serve net/http/pprof where the library has no option for it. */

const HANDLERS = `	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
`;

export const RUNNABLE = 'pprofServer';
export const FUNCTION = 'servePprof';

/** Names that must not be taken in the package: what the files declare, and their imports. */
export const RUNNABLE_NAMES: readonly string[] = [RUNNABLE, 'context', 'errors', 'http', 'pprof', 'time'];
export const FUNCTION_NAMES: readonly string[] = [FUNCTION, 'log', 'http', 'pprof', 'time'];

/** A runnable of controller-runtime's manager, for versions without PprofBindAddress. Below the package clause. */
export const RUNNABLE_FILE = `import (
	"context"
	"errors"
	"net/http"
	"net/http/pprof"
	"time"
)

// ${RUNNABLE} serves profiles on a mux of its own while the manager runs, also while it waits to become the leader.
type ${RUNNABLE} struct{ addr string }

// NeedLeaderElection makes the manager start it at once.
func (s *${RUNNABLE}) NeedLeaderElection() bool { return false }

// Start serves until the context ends.
func (s *${RUNNABLE}) Start(ctx context.Context) error {
${HANDLERS}	server := &http.Server{Addr: s.addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
`;

/** A function for a program without a manager. Below the package clause. */
export const FUNCTION_FILE = `import (
	"log"
	"net/http"
	"net/http/pprof"
	"time"
)

// ${FUNCTION} serves profiles on a mux of its own. It returns only when it can't listen.
func ${FUNCTION}(addr string) {
${HANDLERS}	server := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	if err := server.ListenAndServe(); err != nil {
		log.Printf("pprof is not served on %s: %v", addr, err)
	}
}
`;
