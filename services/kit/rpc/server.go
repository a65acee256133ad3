package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/test/bufconn"

	"cloudpact.dev/services/kit/listen"
)

// Config says how a server serves.
type Config struct {
	Listen      listen.Config `koanf:"listen" doc:"where gRPC is served; an empty addr serves only in process"`
	Timeout     time.Duration `koanf:"timeout" doc:"limit of calls that bring no deadline of their own"`
	StopTimeout time.Duration `koanf:"stop_timeout" doc:"how long running calls may finish when the server stops"`
	MaxMessage  int           `koanf:"max_message" doc:"largest request in bytes"`
}

// DefaultConfig is a server on the suite's default address.
func DefaultConfig() Config {
	return Config{
		Listen: listen.Config{Addr: "127.0.0.1:8081"}, Timeout: 30 * time.Second,
		StopTimeout: 10 * time.Second, MaxMessage: 8 << 20,
	}
}

// Options are a server's collaborators.
type Options struct {
	Auth    Authenticator
	Log     *slog.Logger          // nil: slog.Default
	Metrics prometheus.Registerer // nil: a registry of its own
	// Failed is called when serving ends by an error.
	Failed func(error)
}

// Server serves services over TCP and in process. Register everything, then
// Start; Conns may be handed out at any time.
type Server struct {
	cfg    Config
	log    *slog.Logger
	failed func(error)
	chain  *chain
	grpc   *grpc.Server
	health *health.Server
	buf    *bufconn.Listener
	loop   *grpc.ClientConn // to buf, for streams

	mu      sync.RWMutex
	hosted  []Hosted
	methods map[string][]*method // by full name, one per owner
	started bool
	lis     net.Listener
}

// NewServer makes a server. It refuses an address that the listening rule
// forbids.
func NewServer(cfg Config, o Options) (*Server, error) {
	if err := cfg.Listen.Check(); err != nil {
		return nil, err
	}
	if o.Auth == nil {
		return nil, errors.New("rpc: a server needs an Authenticator")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Metrics == nil {
		o.Metrics = prometheus.NewRegistry()
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	obs, err := newObserver(o.Log, o.Metrics)
	if err != nil {
		return nil, err
	}
	sh, err := newShape()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, log: o.Log, failed: o.Failed, health: health.NewServer(), buf: bufconn.Listen(256 << 10),
		chain:   &chain{observe: obs, auth: o.Auth, shape: sh, timeout: cfg.Timeout},
		methods: map[string][]*method{},
	}
	if s.grpc, err = s.newGRPC(); err != nil {
		return nil, err
	}
	s.loop, err = Dial("passthrough:///in-process",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return s.buf.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	return s, err
}

// streamWorkers are goroutines that serve one call after another. A fresh one
// for each call would have to grow its stack each time; calls beyond these get
// one of their own.
const streamWorkers = 256

// newGRPC makes the gRPC server. bufconn and TCP share it; with TLS the
// in-process pipe is exempt, because it is not a network.
func (s *Server) newGRPC() (*grpc.Server, error) {
	opts := []grpc.ServerOption{
		grpc.MaxRecvMsgSize(max(s.cfg.MaxMessage, 1<<20)),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionAge: 30 * time.Minute, MaxConnectionAgeGrace: time.Minute}),
		grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.StaticStreamWindowSize(streamWindow), grpc.StaticConnWindowSize(connWindow),
	}
	tls, err := s.cfg.Listen.TLS()
	if err != nil {
		return nil, err
	}
	if tls != nil {
		opts = append(opts, grpc.Creds(pipeExempt{credentials.NewTLS(tls)}))
	}
	g := grpc.NewServer(opts...)
	healthv1.RegisterHealthServer(g, s.health)
	return g, nil
}

// Register adds services. It refuses methods without an access option, one
// gRPC service twice for the same owner, and anything after Start.
func (s *Server) Register(hs ...Hosted) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return errors.New("rpc: register services before the server starts")
	}
	for _, h := range hs {
		if h.Desc.ServiceName == healthv1.Health_ServiceDesc.ServiceName {
			return errors.New("rpc: the server itself serves " + h.Desc.ServiceName)
		}
		ms, err := compile(h)
		if err != nil {
			return fmt.Errorf("rpc: %w", err)
		}
		for _, m := range ms {
			for _, other := range s.methods[m.full] {
				if other.owner == m.owner {
					return fmt.Errorf("rpc: %s is registered twice for %q", m.full, m.owner)
				}
			}
			m.intercept = s.chain.interceptor(m)
			s.methods[m.full] = append(s.methods[m.full], m)
		}
		s.hosted = append(s.hosted, h)
	}
	return nil
}

// Start opens the listener and serves. It returns when calls are accepted.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		return errors.New("rpc: the server was started before")
	}
	s.started = true
	seen := map[string]bool{}
	for _, h := range s.hosted {
		if !seen[h.Desc.ServiceName] {
			seen[h.Desc.ServiceName] = true
			s.grpc.RegisterService(s.served(h.Desc), h.Impl)
			s.health.SetServingStatus(h.Desc.ServiceName, healthv1.HealthCheckResponse_SERVING)
		}
	}
	reflection.Register(s.grpc)
	if s.cfg.Listen.Addr != "" {
		l, err := listen.TCP(ctx, s.cfg.Listen)
		if err != nil {
			return err
		}
		s.lis = l
		go s.serve(l)
	}
	go s.serve(s.buf)
	s.log.Info("grpc serves", "addr", s.cfg.Listen.Addr, "services", len(seen))
	return nil
}

func (s *Server) serve(l net.Listener) {
	if err := s.grpc.Serve(l); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		s.log.Error("grpc stopped serving", "error", err)
		s.failed(err)
	}
}

// Stop lets running calls finish for the configured time, then ends them.
func (s *Server) Stop(ctx context.Context) error {
	s.health.Shutdown()
	limit := s.cfg.StopTimeout
	if limit <= 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := s.loop.Close()
	done := make(chan struct{})
	go func() { s.grpc.GracefulStop(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		s.log.Warn("grpc stops running calls")
		s.grpc.Stop()
		<-done
	}
	return errors.Join(err, s.buf.Close())
}

// Addr is the TCP address that is listened on, nil without one.
func (s *Server) Addr() net.Addr {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.lis == nil {
		return nil
	}
	return s.lis.Addr()
}

// pipeExempt lets connections over the in-process pipe in without TLS.
type pipeExempt struct {
	credentials.TransportCredentials
}

// ServerHandshake implements credentials.TransportCredentials.
func (p pipeExempt) ServerHandshake(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if c.LocalAddr().Network() == "bufconn" {
		return insecure.NewCredentials().ServerHandshake(c)
	}
	return p.TransportCredentials.ServerHandshake(c)
}

// Clone implements credentials.TransportCredentials.
func (p pipeExempt) Clone() credentials.TransportCredentials {
	return pipeExempt{p.TransportCredentials.Clone()}
}
