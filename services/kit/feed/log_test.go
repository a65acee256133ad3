package feed_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/feed"
)

// Streams outlive releases: cursors and positions name them.
func TestStreamsNeverChange(t *testing.T) {
	for k, want := range map[feed.Key]int{
		{Provider: "acme", Customer: "alice"}: 47,
		{Provider: "acme"}:                    61,
		{}:                                    31,
	} {
		if got := feed.Stream(k); got != want {
			t.Errorf("%v is in stream %d, want %d", k, got, want)
		}
	}
	used := map[int]bool{}
	for i := range 1000 {
		used[feed.Stream(feed.Key{Provider: "acme", Customer: fmt.Sprint("c", i)})] = true
	}
	if len(used) != feed.Streams {
		t.Errorf("1000 customers share %d streams", len(used))
	}
}

func TestPositions(t *testing.T) {
	p := feed.Position{Source: "billing", Stream: 12, Position: 345}
	if p.String() != "billing/12:345" {
		t.Errorf("written %s", p)
	}
	got, err := feed.ParsePosition("billing/12:345")
	if err != nil || got != p {
		t.Errorf("read %v, %v", got, err)
	}
	for _, bad := range []string{"", "billing", "billing/12", "/12:3", "billing/64:1", "billing/-1:1", "billing/1:-1", "billing/a:1", "billing/1:1x"} {
		if got, err := feed.ParsePosition(bad); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}

var at = time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)

func appendAll(t *testing.T, d *db.DB, log *feed.Log, entries ...commit.Entry) []int64 {
	t.Helper()
	var positions []int64
	err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) (err error) {
		positions, err = log.Append(ctx, tx, nil, entries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return positions
}

func entry(key feed.Key, typ string) commit.Entry {
	return commit.Entry{Key: key, Stream: key.Stream(), Type: typ, Subject: "s", EffectiveTime: at, RecordTime: at, Body: []byte{0, 1, 0xff}}
}

func TestListFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, log := context.Background(), feed.NewLog(d, "billing")
		alice, other := feed.Key{Provider: "acme", Customer: "alice"}, feed.Key{Provider: "other", Customer: "zoe"}
		if alice.Stream() == other.Stream() {
			t.Fatal("the test needs keys of two streams")
		}
		got := appendAll(t, d, log, entry(alice, "a"), entry(other, "a"), entry(alice, "b"))
		if fmt.Sprint(got) != "[1 1 2]" {
			t.Errorf("positions %v", got)
		}
		if got := appendAll(t, d, log, entry(alice, "c"), commit.Entry{Key: other, Stream: other.Stream(), EffectiveTime: at, RecordTime: at}); fmt.Sprint(got) != "[3 2]" {
			t.Errorf("positions %v", got)
		}
		for _, c := range []struct {
			name   string
			filter feed.Filter
			want   int
		}{
			{"all", feed.Filter{After: feed.Start()}, 5},
			{"no streams", feed.Filter{}, 0},
			{"one stream", feed.Filter{After: map[int]int64{alice.Stream(): 0}}, 3},
			{"after", feed.Filter{After: map[int]int64{alice.Stream(): 2}}, 1},
			{"provider", feed.Filter{Provider: "other", After: feed.Start()}, 2},
			{"customer", feed.Filter{Provider: "acme", Customer: "bob", After: feed.Start()}, 0},
			{"types", feed.Filter{Types: []string{"a", "c"}, After: feed.Start()}, 3},
			{"limit", feed.Filter{After: feed.Start(), Limit: 4}, 4},
		} {
			list, err := log.List(ctx, c.filter)
			if err != nil || len(list) != c.want {
				t.Errorf("%s: %d changes, %v; want %d", c.name, len(list), err, c.want)
			}
		}
		list, err := log.List(ctx, feed.Filter{Provider: "acme", After: feed.Start(), Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		first := list[0]
		if first.Key != alice || string(first.Body) != "\x00\x01\xff" || !first.RecordTime.Equal(at) || first.Subject != "s" {
			t.Errorf("the first change is %+v", first)
		}
		heads, err := log.Heads(ctx)
		if err != nil || heads[alice.Stream()] != 3 || heads[other.Stream()] != 2 {
			t.Errorf("heads %v, %v", heads, err)
		}
	})
}

// What is rolled back takes no position.
func TestRollbackLeavesNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		log, key := feed.NewLog(d, "billing"), feed.Key{Provider: "acme"}
		tx, err := d.Begin(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.Append(context.Background(), tx, nil, []commit.Entry{entry(key, "lost")}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := appendAll(t, d, log, entry(key, "kept")); got[0] != 1 {
			t.Errorf("the position is %d", got[0])
		}
	})
}
