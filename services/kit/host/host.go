package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host/migrations"
	"cloudpact.dev/services/kit/lease"
	"cloudpact.dev/services/kit/ops"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wake"
)

// Config is a service's configuration of its host.
type Config struct {
	Database db.Config     `koanf:"database" doc:"where the service keeps its data"`
	Poll     time.Duration `koanf:"poll" doc:"how often feeds are looked at without being woken; 0 means 200ms in process, 1s otherwise"`
	Live     time.Duration `koanf:"live" doc:"how often deadlines of live providers are looked at; 0 means 1s"`
}

// Spec is what makes a host a certain service.
type Spec struct {
	// Name is the service's in the Directory: "billing".
	Name string
	// Migrations holds the service's schema: folders sqlite and postgres.
	Migrations fs.FS
	// Encode makes feed bodies; nil means JSON.
	Encode commit.Encode
	// Clock tells the clock of a provider that the service has not met, by asking
	// its owner (AskClock). Nil: such a provider is live.
	Clock ClockSource
}

// Parts are what a service gives its host before it starts.
type Parts struct {
	Consumers []feed.Consumer
	// Deadlines holds the handler of each kind.
	Deadlines deadline.Registry
	// Hosted are the service's gRPC services; Service and Wait are filled in.
	Hosted []rpc.Hosted
}

// Env is what the hosts of one process share. Only Directory and Server are
// needed; the others default to what stays in the process.
type Env struct {
	fx.In
	Directory *rpc.Directory
	Server    *rpc.Server
	Wake      wake.Waker            `optional:"true"`
	Lease     lease.Leaser          `optional:"true"`
	Health    *ops.Health           `optional:"true"`
	Metrics   prometheus.Registerer `optional:"true"`
	Log       *slog.Logger          `optional:"true"`
	// System is the clock of live providers.
	System clock.Clock `optional:"true"`
}

func (e *Env) defaults() {
	if e.Wake == nil {
		e.Wake = &wake.Memory{}
	}
	if e.Lease == nil {
		e.Lease = lease.NewMemory(nil)
	}
	if e.Metrics == nil {
		e.Metrics = prometheus.NewRegistry()
	}
	if e.Log == nil {
		e.Log = slog.Default()
	}
	if e.System == nil {
		e.System = clock.System{}
	}
}

// Host is one service. Its exported fields are for the service's own use.
type Host struct {
	Name      string
	DB        *db.DB
	Feed      *feed.Log
	Commit    *commit.Committer
	Clocks    *deadline.Clocks
	Deadlines *deadline.Store
	Directory *rpc.Directory
	Log       *slog.Logger

	cfg     Config
	env     Env
	clocks  *clocks
	heads   *feed.Heads
	metrics *metrics
	readers []*feed.Reader
	kinds   deadline.Registry
	runner  *deadline.Runner
	live    *live

	mu       sync.Mutex
	started  bool
	stop     context.CancelFunc
	stopping atomic.Bool
	done     sync.WaitGroup
}

// New opens the database, brings its schema up to date (kit's, then the
// service's) and makes everything that a service needs to build itself on. It
// puts the service into the Directory, as one of this process. Stop the host
// even when it was never started.
func New(ctx context.Context, cfg Config, spec Spec, env Env) (*Host, error) {
	env.defaults()
	if spec.Name == "" || env.Directory == nil || env.Server == nil {
		return nil, errors.New("host: a name, a directory and a server are needed")
	}
	d, err := openDatabase(ctx, cfg.Database, spec)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	h := &Host{
		Name: spec.Name, DB: d, Directory: env.Directory, Log: env.Log.With("service", spec.Name),
		cfg: cfg, env: env, kinds: deadline.Registry{},
	}
	h.Feed = feed.NewLog(d, spec.Name)
	h.Clocks = deadline.NewClocks(d, env.System)
	h.clocks = &clocks{Clocks: h.Clocks, ask: spec.Clock}
	h.Deadlines = deadline.NewStore(d, h.Clocks)
	h.heads = feed.NewHeads(h.Feed, d)
	h.Commit = commit.New(d, h.Feed, h.clocks, commit.Options{
		Encode: spec.Encode, Deadlines: h.Deadlines,
		System: env.System, Log: h.Log, Published: func([]int) {
			h.Feed.Changed()
			env.Wake.Nudge(wake.Feed(spec.Name))
		},
	})
	if d.Dialect() == db.SQLite {
		h.Feed.RememberHeads()
	}
	h.runner = deadline.NewRunner(h.Deadlines, h.Commit, h.kinds)
	h.live = newLive(h)
	if h.metrics, err = newMetrics(spec.Name, env.Metrics); err == nil {
		err = env.Server.Register(rpc.Hosted{Service: spec.Name, Desc: &internalv1.PeerService_ServiceDesc, Impl: &peer{h: h}, Internal: true})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", spec.Name, err), h.Stop(ctx))
	}
	env.Directory.Local(env.Server, spec.Name)
	if env.Health != nil {
		env.Health.Add(spec.Name, h.Ready)
	}
	return h, nil
}

func openDatabase(ctx context.Context, cfg db.Config, spec Spec) (*db.DB, error) {
	d, err := db.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err = d.MigrateAs(ctx, migrations.Files, migrations.Table); err == nil && spec.Migrations != nil {
		err = d.Migrate(ctx, spec.Migrations)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Register adds what the service consists of. Call it before Start, as often as
// needed.
func (h *Host) Register(p Parts) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.started {
		return fmt.Errorf("%s: register parts before the host starts", h.Name)
	}
	for _, c := range p.Consumers {
		for _, r := range h.readers {
			if r.Consumer().Name == c.Name {
				return fmt.Errorf("%s: two consumers are called %q", h.Name, c.Name)
			}
		}
		h.readers = append(h.readers, feed.NewReader(c, h.DB, h.Commit, h.source(c.Source), h.Log, h.metrics.events()))
	}
	for kind, handler := range p.Deadlines {
		if h.kinds[kind] != nil {
			return fmt.Errorf("%s: two handlers for deadlines of the kind %q", h.Name, kind)
		}
		h.kinds[kind] = handler
	}
	for _, s := range p.Hosted {
		s.Service, s.Wait = h.Name, h.wait
		if err := h.env.Server.Register(s); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return nil
}

// source is the feed of a service: its own without a detour.
func (h *Host) source(service string) feed.Source {
	if service == h.Name {
		return h.Feed
	}
	return feed.Remote(h.Directory.Peer(service))
}

// leaseTime is how long another process waits for one that went silent.
const leaseTime = 15 * time.Second

// Start runs the consumers and the deadlines of live providers.
func (h *Host) Start(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.started {
		return fmt.Errorf("%s was started before", h.Name)
	}
	h.started = true
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	for _, r := range h.readers {
		nudged, deaf := h.env.Wake.Listen(wake.Feed(r.Consumer().Source))
		h.done.Go(func() {
			defer deaf()
			lease.Keep(ctx, h.env.Lease, h.Name+"/consumer/"+r.Consumer().Name, leaseTime, func(ctx context.Context) {
				r.Run(ctx, nudged, h.poll(r.Consumer().Source))
			})
		})
	}
	h.done.Go(func() {
		lease.Keep(ctx, h.env.Lease, h.Name+"/live", leaseTime, h.live.run)
	})
	return nil
}

// Listen gives a channel that holds a token after there is something new in the
// service's own feed; call deaf when done with it. A token may be lost.
func (h *Host) Listen() (nudged <-chan struct{}, deaf func()) {
	return h.env.Wake.Listen(wake.Feed(h.Name))
}

func (h *Host) poll(source string) time.Duration {
	switch {
	case h.cfg.Poll > 0:
		return h.cfg.Poll
	case h.Directory.InProcess(source):
		return 200 * time.Millisecond
	}
	return time.Second
}

// Stop ends the consumers, finishes queued commits and closes the database.
func (h *Host) Stop(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopping.Store(true)
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
	h.done.Wait()
	h.Commit.Close()
	return h.DB.Close()
}

// Ready tells whether the service can work.
func (h *Host) Ready(ctx context.Context) error {
	h.mu.Lock()
	started := h.started
	h.mu.Unlock()
	if !started {
		return errors.New("not started")
	}
	return h.DB.Ready(ctx)
}

// Run registers the parts and ties the host to an fx application's life.
func (h *Host) Run(lc fx.Lifecycle, p Parts) error {
	if err := h.Register(p); err != nil {
		return err
	}
	lc.Append(fx.Hook{OnStart: h.Start, OnStop: h.Stop})
	return nil
}

// Now is a provider's present instant, for reads.
func (h *Host) Now(ctx context.Context, provider string) (time.Time, error) {
	c, err := h.clocks.Get(ctx, h.DB.Read(), provider)
	if err == nil && c.Mode != commit.Sandbox {
		return h.env.System.Now(), nil
	}
	return c.Now, err
}
