package bookapp_test

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/host"
)

// compliance is a peer that publishes what the test tells it to.
func compliance(t *testing.T, keep **host.Host) func(*rig) {
	return func(r *rig) {
		*keep = r.Host(t, dbtest.SQLiteConfig(t), host.Spec{
			Name: "compliance", Clock: host.AskClock(r.Env.Directory.Peer("billing")),
			Encode: func(d commit.Draft) (string, []byte, error) {
				b, err := proto.Marshal(d.Body.(proto.Message))
				return d.Type, b, err
			},
		})
	}
}

func tell(t *testing.T, h *host.Host, typ string, c *compliancev1.Change) {
	t.Helper()
	err := commit.Exec(t.Context(), h.Commit, commit.Key{Provider: "acme", Customer: "blue"}, func(_ context.Context, tx *commit.Tx) error {
		tx.Publish(feed.Draft{Type: typ, Subject: "x", Body: c})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ordered(contract, decision, last, clause string, subscriptions ...string) *compliancev1.Change {
	return &compliancev1.Change{Body: &compliancev1.Change_TerminationOrdered{TerminationOrdered: &compliancev1.TerminationOrdered{
		Contract: contract, Decision: decision, Subscriptions: subscriptions, LastDay: pb(last), Clause: clause,
	}}}
}

// TestOrdersMergeWithNotices: the earliest end wins, in versions; an order that
// comes when all is over changes nothing.
func TestOrdersMergeWithNotices(t *testing.T) {
	var peer *host.Host
	r := newRig(t, compliance(t, &peer))
	r.sandbox(t, "2024-01-15")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE"), service("mail", "MAIL")}}, nil)
	web, mail := c+"/subscriptions/web", c+"/subscriptions/mail"
	for _, s := range []string{web, mail} {
		must[*contractv1.Subscription](t)(r.contracts.NotifyReadiness(r.operator, &contractv1.NotifyReadinessRequest{Name: s, NoticeDate: pb("2024-01-15")}))
	}
	r.advance(t, "2024-05-20")
	s := must[*contractv1.Subscription](t)(r.contracts.ServeTerminationNotice(r.operator, &contractv1.ServeTerminationNoticeRequest{
		Name:  web,
		Party: contractv1.Party_PARTY_PROVIDER, ServedDate: pb("2024-05-20"),
	}))
	if dates(s.GetEnd().GetLastDay()) != "2024-07-20" || s.GetEnd().GetVersion() != 1 {
		t.Fatalf("%v", s)
	}
	tell(t, peer, "termination_ordered", ordered(c, "d1", "2024-08-31", "cpc/31(ii)", web))
	tell(t, peer, "hold_placed", &compliancev1.Change{Body: &compliancev1.Change_HoldPlaced{HoldPlaced: &compliancev1.HoldPlaced{Contract: c, Hold: c + "/holds/h", Subscriptions: []string{web}}}})
	r.advance(t, "2024-05-21")
	if s = r.subscription(t, web); dates(s.GetEnd().GetLastDay()) != "2024-07-20" || s.GetEnd().GetVersion() != 1 || len(s.GetHolds()) != 1 {
		t.Fatalf("a later order moves the end: %v", s)
	}
	tell(t, peer, "termination_ordered", ordered(c, "d2", "2024-06-30", "cpc/31(ii)", web))
	tell(t, peer, "hold_lifted", &compliancev1.Change{Body: &compliancev1.Change_HoldLifted{HoldLifted: &compliancev1.HoldLifted{Contract: c, Hold: c + "/holds/h", Subscriptions: []string{web}}}})
	r.advance(t, "2024-05-22")
	if s = r.subscription(t, web); dates(s.GetEnd().GetLastDay()) != "2024-06-30" || s.GetEnd().GetCause() != "BREACH" || s.GetEnd().GetVersion() != 2 || len(s.GetHolds()) != 0 {
		t.Fatalf("%v", s)
	}
	s = must[*contractv1.Subscription](t)(r.contracts.WithdrawTerminationNotice(r.operator, &contractv1.WithdrawTerminationNoticeRequest{Name: web, WithdrawnDate: pb("2024-05-22")}))
	if s.GetEnd().GetVersion() != 2 || s.GetNotice().GetState() != contractv1.TerminationNotice_STATE_WITHDRAWN {
		t.Fatalf("the order stands: %v", s)
	}
	r.advance(t, "2024-07-01")
	if s = r.subscription(t, web); s.GetState() != contractv1.Subscription_STATE_ENDED {
		t.Fatalf("%v", s)
	}
	// The whole contract is ordered to end, with a day that has passed for one.
	tell(t, peer, "termination_ordered", ordered(c, "d3", "2024-06-01", "cpc/31(ii)"))
	r.advance(t, "2024-07-02")
	if s = r.subscription(t, web); dates(s.GetEnd().GetLastDay()) != "2024-06-30" {
		t.Fatalf("a late fact undoes an end: %v", s)
	}
	if s = r.subscription(t, mail); s.GetState() != contractv1.Subscription_STATE_ENDED || dates(s.GetEnd().GetLastDay()) != "2024-06-01" {
		t.Fatalf("%v", s)
	}
	if k := must[*contractv1.Contract](t)(r.contracts.GetContract(r.operator, &contractv1.GetContractRequest{Name: c})); dates(k.GetEndDate()) != "2024-06-30" {
		t.Fatalf("%v", k)
	}
}

// TestOrderedBeforeCommencement: six months after the signature the provider may
// treat a service as cancelled; any other order ends it without it having begun.
func TestOrderedBeforeCommencement(t *testing.T) {
	var peer *host.Host
	r := newRig(t, compliance(t, &peer))
	r.sandbox(t, "2023-08-31")
	c := r.accepted(t, "main", &contractv1.Order{Services: []*contractv1.OrderedService{service("web", "COMPUTE"), service("mail", "MAIL")}}, nil)
	r.advance(t, "2024-03-01")
	tell(t, peer, "termination_ordered", ordered(c, "d1", "2024-03-01", "cpc/33(b)", c+"/subscriptions/web"))
	tell(t, peer, "termination_ordered", ordered(c, "d2", "2024-03-01", "cpc/31(ii)", c+"/subscriptions/mail"))
	r.advance(t, "2024-03-02")
	if s := r.subscription(t, c+"/subscriptions/web"); s.GetState() != contractv1.Subscription_STATE_CANCELLED {
		t.Fatalf("%v", s)
	}
	if s := r.subscription(t, c+"/subscriptions/mail"); s.GetState() != contractv1.Subscription_STATE_ENDED || s.GetCommencement().GetDate() != nil {
		t.Fatalf("%v", s)
	}
	o := must[*contractv1.Order](t)(r.contracts.GetOrder(r.operator, &contractv1.GetOrderRequest{Name: c + "/orders/first"}))
	if o.GetState() != contractv1.Order_STATE_CLOSED {
		t.Fatalf("%v", o)
	}
}
