package host_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
)

// diary notes what acts, in order, across services.
type diary struct {
	mu   sync.Mutex
	text []string
	want int
	full chan struct{}
}

func newDiary(want int) *diary { return &diary{want: want, full: make(chan struct{})} }

func (d *diary) add(s string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = append(d.text, s)
	if len(d.text) == d.want {
		close(d.full)
	}
}

// wait waits until the expected number of things have acted.
func (d *diary) wait(t *testing.T) string {
	t.Helper()
	select {
	case <-d.full:
	case <-time.After(30 * time.Second):
		t.Error("not everything acted")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.text, " ")
}

// liveHost is a service whose deadlines write into the diary.
func liveHost(t *testing.T, p *hosttest.Process, cfg db.Config, name string, d *diary, consumers ...feed.Consumer) *host.Host {
	t.Helper()
	h := p.Host(t, cfg, host.Spec{Name: name, Migrations: schema})
	hosttest.Register(t, h, host.Parts{Consumers: consumers, Deadlines: deadline.Registry{
		"due": func(ctx context.Context, tx *commit.Tx, dl deadline.Deadline) error {
			if dl.Subject == "bad" {
				return fault.Precondition("NOT_SO", "x", "cannot be")
			}
			tx.Publish(feed.Draft{Type: "acted", Subject: dl.Name, Effective: dl.Due, Body: dl.Due})
			d.add(dl.Name)
			return tx.SettleDeadline(dl.Name, deadline.Missed)
		},
	}})
	return h
}

func setDue(t *testing.T, h *host.Host, name, subject string, due time.Time, rank int) {
	t.Helper()
	err := commit.Exec(t.Context(), h.Commit, acme, func(_ context.Context, tx *commit.Tx) error {
		return tx.SetDeadline(deadline.Deadline{Name: name, Subject: subject, Kind: "due", Due: due, Rank: rank})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is due acts by instant, then rank, across services; a change that a
// lower rank published has been taken in before a higher rank acts.
func TestLiveOrderAcrossServices(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		p := hosttest.New(t)
		now := epoch.Add(24 * time.Hour)
		p.System = clock.At(now)
		d := newDiary(6)
		at := epoch.Add(time.Hour)
		book := liveHost(t, p, config(), "book", d)
		ledger := liveHost(t, p, config(), "ledger", d, feed.Consumer{
			Name: "acts", Source: "book", Types: []string{"acted"},
			Handle: func(_ context.Context, tx *commit.Tx, c feed.Change) error {
				if c.Subject != "state" {
					return nil
				}
				return tx.SetDeadline(deadline.Deadline{Name: "entitlement", Kind: "due", Due: c.EffectiveTime, Rank: 2})
			},
		})
		setDue(t, ledger, "notice", "", at, 6)
		setDue(t, ledger, "later", "", at.Add(time.Hour), 1)
		setDue(t, ledger, "future", "", now.Add(time.Hour), 1)
		setDue(t, book, "money", "", at, 4)
		setDue(t, book, "state", "", at, 1)
		setDue(t, book, "earlier", "", at.Add(-time.Hour), 6)
		p.Start(t)
		want(t, d.wait(t), "earlier state entitlement money notice later")
	})
}

// A deadline that fails holds up its customer's others at its rank, no more.
func TestLiveFailureIsLeftBehind(t *testing.T) {
	p := hosttest.New(t)
	p.System = clock.At(epoch.Add(24 * time.Hour))
	d := newDiary(3)
	h := liveHost(t, p, sqliteOf(t)(), "book", d)
	setDue(t, h, "broken", "bad", epoch, 1)
	setDue(t, h, "held-up", "", epoch.Add(time.Minute), 1)
	setDue(t, h, "money", "", epoch, 4)
	for i, name := range []string{"neighbour", "neighbour-later"} {
		err := commit.Exec(t.Context(), h.Commit, commit.Key{Provider: "p", Customer: "other"}, func(_ context.Context, tx *commit.Tx) error {
			return tx.SetDeadline(deadline.Deadline{Name: name, Kind: "due", Due: epoch.Add(time.Duration(i) * time.Hour), Rank: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := host.LivePass(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	want(t, d.wait(t), "neighbour money neighbour-later")
}

// A peer that stays behind is waited for ten minutes; then its lateness is
// recorded, and it is waited for again once it has come up.
func TestLivePatience(t *testing.T) {
	p := hosttest.New(t)
	system := clock.At(epoch.Add(24 * time.Hour))
	p.System = system
	d := newDiary(1)
	book := liveHost(t, p, sqliteOf(t)(), "book", d)
	late := liveHost(t, p, sqliteOf(t)(), "late", d)
	setDue(t, late, "broken", "bad", epoch, 1)
	setDue(t, book, "waits", "", epoch.Add(time.Hour), 1)
	for _, h := range []*host.Host{late, book} {
		if err := host.LivePass(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	system.Add(9 * time.Minute)
	if err := host.LivePass(t.Context(), book); err != nil {
		t.Fatal(err)
	}
	if len(d.text) != 0 {
		t.Fatalf("acted before the peer: %v", d.text)
	}
	system.Add(time.Minute)
	if err := host.LivePass(t.Context(), book); err != nil {
		t.Fatal(err)
	}
	want(t, fmt.Sprint(d.text), "[waits]")
	var n int
	err := book.DB.Read().QueryRowContext(t.Context(), "select count(*) from rank_waivers where peer = 'late'").Scan(&n)
	if err != nil || n != 1 {
		t.Fatalf("%d waivers: %v", n, err)
	}
	if c, err := testutil.GatherAndCount(p.Metrics, "cloudpact_deadlines_waived_total"); err != nil || c != 1 {
		t.Fatalf("%d %v", c, err)
	}
}
