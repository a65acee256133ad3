package host

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	internalv1 "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
)

// live runs the deadlines of providers that follow the system's clock. Before
// it runs a moment it waits until every peer has run all that comes before it,
// so that ranks mean the same as on a sandbox's clock. A peer that stays behind
// is waited for patience at most, then left out until it has come up, and that
// is recorded: what it is late with is mended by the next difference.
type live struct {
	h        *Host
	patience time.Duration

	mu     sync.Mutex
	behind map[string]time.Time // since when each peer has been behind
	waived map[string]bool
	rests  map[string]int // looks that a provider is left alone after a failure
}

const (
	livePatience = 10 * time.Minute
	askPeers     = 5 * time.Second
	restAfter    = 30
)

func newLive(h *Host) *live {
	return &live{h: h, patience: livePatience, behind: map[string]time.Time{}, waived: map[string]bool{}, rests: map[string]int{}}
}

// run looks until ctx ends.
func (l *live) run(ctx context.Context) {
	every := l.h.cfg.Live
	if every <= 0 {
		every = time.Second
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := l.pass(ctx); err != nil && ctx.Err() == nil {
			l.h.Log.Warn("deadlines of live providers could not be run; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pass runs what is due by now, moment by moment, until nothing new is due or a
// peer must be waited for.
func (l *live) pass(ctx context.Context) error {
	for p, n := range l.rests {
		if l.rests[p] = n - 1; n <= 1 {
			delete(l.rests, p)
		}
	}
	for ctx.Err() == nil {
		ran, err := l.sweep(ctx)
		if err != nil || ran == 0 {
			return err
		}
	}
	return ctx.Err()
}

// sweep goes once through the moments that are due, in order. A deadline that
// fails holds up its customer's others at its rank and is tried again later;
// everything else goes on.
func (l *live) sweep(ctx context.Context) (ran int, err error) {
	now := l.h.env.System.Now()
	providers, err := l.providers(ctx, now)
	providers = slices.DeleteFunc(providers, func(p string) bool { return l.rests[p] > 0 })
	if err != nil || len(providers) == 0 {
		return 0, err
	}
	var after deadline.Moment
	for ctx.Err() == nil {
		m, due, err := l.first(ctx, providers, after, now)
		if err != nil || len(due) == 0 {
			return ran, err
		}
		if ok, err := l.peersPast(ctx, m.Previous(), now); err != nil || !ok {
			return 0, err // come back at the next tick
		}
		if err := l.h.readAll(ctx); err != nil {
			return 0, err
		}
		for _, p := range due {
			n, err := l.h.runDue(ctx, p, m) // logged and counted there
			ran += n
			if err != nil {
				l.rests[p] = restAfter
			}
		}
		after = m
	}
	return ran, ctx.Err()
}

// providers lists the live ones that have something due.
func (l *live) providers(ctx context.Context, now time.Time) ([]string, error) {
	all, err := l.h.Deadlines.Providers(ctx, now)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range all {
		c, err := l.h.clocks.Get(ctx, l.h.DB.Read(), p)
		if err != nil {
			return nil, err
		}
		if c.Mode == commit.Live {
			out = append(out, p)
		}
	}
	return out, nil
}

// first finds the first moment after the given one, and whose it is.
func (l *live) first(ctx context.Context, providers []string, after deadline.Moment, now time.Time) (deadline.Moment, []string, error) {
	var best deadline.Moment
	var who []string
	for _, p := range providers {
		m, ok, err := l.h.Deadlines.Earliest(ctx, p, after, now)
		if err != nil {
			return best, nil, err
		}
		switch {
		case !ok:
		case len(who) == 0 || m.Before(best):
			best, who = m, []string{p}
		case !best.Before(m):
			who = append(who, p)
		}
	}
	return best, who, nil
}

// watermark is the last moment up to which all live deadlines have acted.
func (l *live) watermark(ctx context.Context) (deadline.Moment, error) {
	now := l.h.env.System.Now()
	providers, err := l.providers(ctx, now)
	if err != nil {
		return deadline.Moment{}, err
	}
	m, who, err := l.first(ctx, providers, deadline.Moment{}, now)
	if err != nil || len(who) > 0 {
		return m.Previous(), err
	}
	return deadline.Moment{Instant: now, Rank: deadline.RankNotices}, nil
}

// peersPast tells whether every peer has run everything up to want, or has been
// waited for long enough. Peers are asked twice: what one did for the first
// question may have given another something to do.
func (l *live) peersPast(ctx context.Context, want deadline.Moment, now time.Time) (bool, error) {
	ok := true
	for range 2 {
		for _, name := range l.h.Directory.Services() {
			if name == l.h.Name {
				continue
			}
			at, err := l.ask(ctx, name)
			if ctx.Err() != nil {
				return false, ctx.Err()
			}
			past := err == nil && !at.Before(want)
			wait, err := l.judge(ctx, name, past, want, now)
			if err != nil {
				return false, err
			}
			ok = ok && !wait
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

func (l *live) ask(ctx context.Context, name string) (deadline.Moment, error) {
	ctx, cancel := context.WithTimeout(ctx, askPeers)
	defer cancel()
	out, err := internalv1.NewPeerServiceClient(l.h.Directory.Peer(name)).GetWatermark(ctx, &internalv1.GetWatermarkRequest{})
	if err != nil {
		return deadline.Moment{}, err
	}
	return deadline.Moment{Instant: out.GetInstant().AsTime(), Rank: int(out.GetRank())}, nil
}

// judge tells whether to wait for a peer, and records when its time is up.
func (l *live) judge(ctx context.Context, name string, past bool, want deadline.Moment, now time.Time) (wait bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if past {
		delete(l.behind, name)
		delete(l.waived, name)
		return false, nil
	}
	since, known := l.behind[name]
	if !known {
		l.behind[name], since = now, now
	}
	if now.Sub(since) < l.patience {
		return true, nil
	}
	if l.waived[name] {
		return false, nil
	}
	l.waived[name] = true
	l.h.metrics.waived.WithLabelValues(name).Inc()
	l.h.Log.Error("a peer stays behind; going on without waiting for it", "peer", name, "since", since,
		"instant", want.Instant, "rank", want.Rank)
	return false, l.record(ctx, name, want, since, now)
}

func (l *live) record(ctx context.Context, peer string, want deadline.Moment, since, now time.Time) error {
	err := l.h.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into rank_waivers (peer, since, instant, rank, record_time)
			values ($1, $2, $3, $4, $5) on conflict (peer, since) do nothing`,
			peer, db.Time(since), db.Time(want.Instant), want.Rank, db.Time(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("record that %s is not waited for: %w", peer, err)
	}
	return nil
}
