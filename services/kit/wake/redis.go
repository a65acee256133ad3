package wake

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/redisx"
)

const channel = redisx.Prefix + "wake"

// Redis is a Waker across processes. Listeners of its own process are woken
// without Redis; others are, as long as Redis answers.
type Redis struct {
	Memory
	client *redis.Client
	self   string
	outage *redisx.Outage

	mu    sync.Mutex
	dirty map[string]bool
	work  chan struct{}
	stop  context.CancelFunc
	done  sync.WaitGroup
}

var _ Waker = (*Redis)(nil)

// NewRedis starts a Waker on the client. Close it before the client.
func NewRedis(client *redis.Client, log *slog.Logger) *Redis {
	ctx, stop := context.WithCancel(context.Background())
	r := &Redis{
		client: client, self: uuid.NewString(), outage: redisx.NewOutage("wake", clock.System{}, log),
		dirty: map[string]bool{}, work: make(chan struct{}, 1), stop: stop,
	}
	r.done.Go(func() { r.send(ctx) })
	r.done.Go(func() { r.receive(ctx) })
	return r
}

// Close ends sending and receiving.
func (r *Redis) Close() {
	r.stop()
	r.done.Wait()
}

// Nudge implements Waker. Topics that are nudged faster than Redis takes them
// are sent once.
func (r *Redis) Nudge(topics ...string) {
	r.Memory.Nudge(topics...)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range topics {
		r.dirty[t] = true
	}
	put(r.work)
}

func (r *Redis) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for t := range r.dirty {
		out = append(out, t)
	}
	clear(r.dirty)
	slices.Sort(out)
	return out
}

func (r *Redis) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.work:
		}
		for _, topic := range r.take() {
			r.outage.Try(ctx, func(ctx context.Context) error {
				return r.client.Publish(ctx, channel, r.self+" "+topic).Err()
			})
		}
	}
}

// receive passes on what other processes send. go-redis connects again by
// itself; after each new subscription everybody looks once.
func (r *Redis) receive(ctx context.Context) {
	sub := r.client.Subscribe(ctx, channel)
	defer sub.Close()
	in := sub.ChannelWithSubscriptions(redis.WithChannelHealthCheckInterval(3 * time.Second))
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-in:
			if !ok {
				return
			}
			switch m := m.(type) {
			case *redis.Subscription:
				r.nudgeAll()
			case *redis.Message:
				if from, topic, ok := strings.Cut(m.Payload, " "); ok && from != r.self {
					r.Memory.Nudge(topic)
				}
			}
		}
	}
}
