package follow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/feed/follow"
	"cloudpact.dev/services/kit/page"
	"cloudpact.dev/services/kit/rpc"
)

var (
	at    = time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	alice = feed.Key{Provider: "acme", Customer: "alice"}
	bob   = feed.Key{Provider: "acme", Customer: "bob"}
	zoe   = feed.Key{Provider: "other", Customer: "zoe"}
)

const (
	acme    = "providers/acme"
	ofAlice = acme + "/customers/alice"
)

// rig is a feed of texts and its server.
type rig struct {
	t      *testing.T
	db     *db.DB
	log    *feed.Log
	nudged chan struct{}
	server *follow.Server[string]
}

func each(t *testing.T, test func(t *testing.T, r *rig)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := &rig{t: t, db: d, log: feed.NewLog(d, "billing"), nudged: make(chan struct{}, 1)}
		listen := func() (<-chan struct{}, func()) { return r.nudged, func() {} }
		r.server = follow.New(r.log, page.NewCodec([]byte("a key of a test")), listen, func(c feed.Change) (string, error) {
			if string(c.Body) == "broken" {
				return "", errors.New("broken")
			}
			return string(c.Body), nil
		})
		test(t, r)
	})
}

// tell appends changes of a key to the feed.
func (r *rig) tell(k feed.Key, texts ...string) {
	r.t.Helper()
	entries := make([]commit.Entry, len(texts))
	for i, text := range texts {
		entries[i] = commit.Entry{Key: k, Stream: k.Stream(), Type: "told", Subject: "s", EffectiveTime: at, RecordTime: at, Body: []byte(text)}
	}
	err := r.db.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := r.log.Append(ctx, tx, nil, entries)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// pages lists everything, page by page.
func (r *rig) pages(ctx context.Context, parent string, size int32) (out []string) {
	r.t.Helper()
	in := &tokenv1.ListChangesRequest{Parent: parent, PageSize: size}
	for {
		some, next, err := r.server.List(ctx, in)
		if err != nil {
			r.t.Fatal(err)
		}
		if out = append(out, fmt.Sprint(some)); next == "" {
			return out
		}
		in.PageToken = next
	}
}

func customer(id string) context.Context {
	return rpc.WithPrincipal(context.Background(), rpc.Principal{Subject: id, Roles: []string{rpc.RoleCustomer}, Provider: "acme", Customer: id})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := context.Background()
		r.tell(alice, "a1", "a2", "a3", "a4")
		r.tell(zoe, "z1")
		r.tell(bob, "b1")
		for _, c := range []struct {
			ctx    context.Context
			parent string
			size   int32
			want   string
		}{
			{ctx, ofAlice, 0, "[[a1 a2 a3 a4]]"},
			{ctx, ofAlice, 3, "[[a1 a2 a3] [a4]]"},
			{ctx, ofAlice, 2, "[[a1 a2] [a3 a4]]"}, // no page without changes
			{ctx, acme + "/customers/nobody", 2, "[[]]"},
			{ctx, "providers/other", 1, "[[z1]]"},
			{customer("alice"), ofAlice, 0, "[[a1 a2 a3 a4]]"},
			{customer("alice"), acme, 3, "[[a1 a2 a3] [a4]]"},
			{customer("nobody"), acme, 0, "[[]]"},
		} {
			if got := fmt.Sprint(r.pages(c.ctx, c.parent, c.size)); got != c.want {
				t.Errorf("%s by %d: %s, want %s", c.parent, c.size, got, c.want)
			}
		}
		if got := r.pages(ctx, acme, 1); len(got) != 5 {
			t.Errorf("the provider's changes: %v", got)
		}
	})
}

func TestListRefuses(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx := context.Background()
		r.tell(alice, "a1", "a2")
		_, token, err := r.server.List(ctx, &tokenv1.ListChangesRequest{Parent: ofAlice, PageSize: 1})
		if err != nil || token == "" {
			t.Fatalf("token %q, %v", token, err)
		}
		for _, c := range []struct {
			ctx    context.Context
			in     *tokenv1.ListChangesRequest
			reason string
		}{
			{ctx, &tokenv1.ListChangesRequest{Parent: "x"}, fault.ReasonNameInvalid},
			{ctx, &tokenv1.ListChangesRequest{Parent: ofAlice + "/contracts/c"}, fault.ReasonNameInvalid},
			{ctx, &tokenv1.ListChangesRequest{Parent: "providers/-"}, fault.ReasonNameInvalid},
			{ctx, &tokenv1.ListChangesRequest{Parent: ofAlice, PageSize: -1}, fault.ReasonFieldInvalid},
			{ctx, &tokenv1.ListChangesRequest{Parent: ofAlice, PageToken: "x"}, fault.ReasonPageTokenInvalid},
			{ctx, &tokenv1.ListChangesRequest{Parent: acme, PageToken: token}, fault.ReasonPageTokenInvalid},
			{customer("bob"), &tokenv1.ListChangesRequest{Parent: ofAlice}, fault.ReasonNotFound},
		} {
			if got, next, err := r.server.List(c.ctx, c.in); !fault.Is(err, c.reason) || got != nil || next != "" {
				t.Errorf("%v: %v %q %v, want %s", c.in, got, next, err, c.reason)
			}
		}
		r.tell(alice, "broken")
		if _, _, err := r.server.List(ctx, &tokenv1.ListChangesRequest{Parent: acme}); !fault.Is(err, fault.ReasonInternal) {
			t.Errorf("a change that cannot be read: %v", err)
		}
	})
}

// TestWatch: a watch tells what was there in messages of a bounded size, then
// what comes, and a later one goes on from its token.
func TestWatch(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		old := make([]string, 201)
		for i := range old {
			old[i] = fmt.Sprint("a", i)
		}
		r.tell(alice, old...)
		got, tokens := 0, []string{}
		err := r.server.Watch(ctx, &tokenv1.WatchChangesRequest{Parent: ofAlice}, func(changes []string, token string) error {
			tokens = append(tokens, token)
			switch got += len(changes); got {
			case 201:
				r.tell(bob, "b1")
				r.tell(alice, "new")
				r.nudged <- struct{}{}
			case 202:
				stop()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || got != 202 || len(tokens) != 3 {
			t.Fatalf("watched %d changes in %d messages, %v", got, len(tokens), err)
		}
		enough := errors.New("enough")
		err = r.server.Watch(context.Background(), &tokenv1.WatchChangesRequest{Parent: ofAlice, PageToken: tokens[1]}, func(changes []string, _ string) error {
			if fmt.Sprint(changes) != "[new]" {
				t.Errorf("went on with %v", changes)
			}
			return enough
		})
		if !errors.Is(err, enough) {
			t.Errorf("ended with %v", err)
		}
		err = r.server.Watch(ctx, &tokenv1.WatchChangesRequest{Parent: "x"}, nil)
		if !fault.Is(err, fault.ReasonNameInvalid) {
			t.Errorf("watched x: %v", err)
		}
	})
}

func TestHead(t *testing.T) {
	h := follow.Head(feed.Change{ID: "billing-1-2", Stream: 1, Position: 2, Type: "told", Subject: "s", EffectiveTime: at, RecordTime: at.Add(time.Hour)})
	if h.GetChangeId() != "billing-1-2" || h.GetStream() != 1 || h.GetPosition() != 2 || h.GetType() != "told" || h.GetSubject() != "s" {
		t.Errorf("head %v", h)
	}
	if !h.GetEffectiveTime().AsTime().Equal(at) || !h.GetRecordTime().AsTime().Equal(at.Add(time.Hour)) {
		t.Errorf("times %v", h)
	}
}
