package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"

	"cloudpact.dev/services/kit/limit"
	"cloudpact.dev/services/kit/listen"
	"google.golang.org/grpc"
)

// Options are the gateway's collaborators.
type Options struct {
	// Connect gives the connection to a service by name.
	Connect func(service string) grpc.ClientConnInterface
	// Limiter bounds calls per credential; nil sets no limit.
	Limiter limit.Limiter
	// Docs serves everything outside /v1/.
	Docs http.Handler
	// Log gets what goes wrong; nil means slog's default.
	Log *slog.Logger
	// Failed is called when serving ends by an error.
	Failed func(error)
}

// Server is the gateway's HTTP server.
type Server struct {
	cfg    Config
	http   *http.Server
	log    *slog.Logger
	failed func(error)
	lis    net.Listener
}

// New makes a gateway. It refuses an address that the listening rule forbids.
func New(cfg Config, o Options) (*Server, error) {
	if err := cfg.Listen.Check(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	h, err := Handler(cfg, o)
	if err != nil {
		return nil, err
	}
	tls, err := cfg.Listen.TLS()
	if err != nil {
		return nil, err
	}
	return &Server{cfg: cfg, log: o.Log, failed: o.Failed, http: &http.Server{
		Handler: h, TLSConfig: tls, ReadHeaderTimeout: cfg.Timeout, IdleTimeout: 4 * cfg.Timeout,
		MaxHeaderBytes: 64 << 10,
	}}, nil
}

// Start opens the listener and serves.
func (s *Server) Start(ctx context.Context) error {
	l, err := listen.TCP(ctx, s.cfg.Listen)
	if err != nil {
		return err
	}
	s.lis = l
	go func() {
		err := s.serve(l)
		if !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the gateway stopped serving", "error", err)
			s.failed(err)
		}
	}()
	s.log.Info("json serves", "addr", l.Addr().String())
	return nil
}

func (s *Server) serve(l net.Listener) error {
	if s.http.TLSConfig != nil {
		return s.http.ServeTLS(l, "", "")
	}
	return s.http.Serve(l)
}

// Addr is where the gateway listens, nil before Start.
func (s *Server) Addr() net.Addr {
	if s.lis == nil {
		return nil
	}
	return s.lis.Addr()
}

// Stop lets running calls finish for the configured time, then ends them.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.StopTimeout)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}
