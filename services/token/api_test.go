package token

import (
	"context"
	"testing"
	"time"

	gmoney "google.golang.org/genproto/googleapis/type/money"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
)

// TestWatch: a follower gets what is there and what comes, and goes on from the
// token that it was given last.
func TestWatch(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config())
		f := facts("c", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1")
		r.tell(f)
		ctx, cancel := context.WithTimeout(r.as(rpc.RoleAuditor), 30*time.Second)
		defer cancel()
		w, err := r.changes.WatchChanges(ctx, &tokenv1.WatchChangesRequest{Parent: "providers/acme/customers/c"})
		must(t, err)
		first, err := w.Recv()
		must(t, err)
		if len(first.GetChanges()) == 0 || first.GetPageToken() == "" {
			t.Fatalf("watched %v", first)
		}
		_, err = r.client.Redeem(r.as(rpc.RoleOperator), &tokenv1.RedeemRequest{Parent: f.Subscription, Operation: "BACKUP", Units: []string{"vm-1"}})
		must(t, err)
		second, err := w.Recv()
		must(t, err)
		if len(second.GetChanges()) != 1 || second.GetChanges()[0].GetTokenUsed().GetRemaining() != 5 {
			t.Errorf("watched %v", second)
		}
		again, err := r.changes.WatchChanges(ctx, &tokenv1.WatchChangesRequest{Parent: "providers/acme/customers/c", PageToken: first.GetPageToken()})
		must(t, err)
		resumed, err := again.Recv()
		must(t, err)
		if len(resumed.GetChanges()) != 1 || resumed.GetChanges()[0].GetHead().GetChangeId() != second.GetChanges()[0].GetHead().GetChangeId() {
			t.Errorf("resumed with %v", resumed)
		}
		if _, err := r.changes.ListChanges(ctx, &tokenv1.ListChangesRequest{Parent: f.Subscription}); !fault.Is(fault.FromStatus(err), "NAME_INVALID") {
			t.Errorf("changes of a subscription: %v", err)
		}
	})
}

// TestSecondPerson: who proposed a correction does not approve it.
func TestSecondPerson(t *testing.T) {
	r := newRig(t, dbtestSQLite(t))
	f := facts("c", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1")
	r.tell(f)
	both := rpc.WithPrincipal(context.Background(), rpc.Principal{Subject: "ann", Roles: []string{rpc.RoleOperator, rpc.RoleApprover}})
	svc := r.transport()
	p, err := svc.ProposeCorrection(both, &tokenv1.ProposeCorrectionRequest{
		Parent: f.Subscription, CorrectionId: "c1",
		Correction: &tokenv1.Correction{Unit: "vm-1", Tokens: 1, Note: "goodwill"},
	})
	must(t, err)
	if _, err := svc.ApproveCorrection(both, &tokenv1.ApproveCorrectionRequest{Name: p.GetName()}); !fault.Is(err, "SECOND_PERSON_REQUIRED") {
		t.Errorf("approved by the proposer: %v", err)
	}
	bob := rpc.WithPrincipal(context.Background(), rpc.Principal{Subject: "bob", Roles: []string{rpc.RoleApprover}})
	if _, err := svc.ApproveCorrection(bob, &tokenv1.ApproveCorrectionRequest{Name: p.GetName(), Etag: "7"}); !fault.Is(err, fault.ReasonStaleEtag) {
		t.Errorf("approved what it has not seen: %v", err)
	}
	_, err = svc.ApproveCorrection(bob, &tokenv1.ApproveCorrectionRequest{Name: p.GetName(), Etag: p.GetEtag()})
	must(t, err)
}

// TestHolds: no use while a hold lasts, on the instants of the hold.
func TestHolds(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config())
		f := facts("c", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1")
		r.tell(f)
		use := func() error {
			_, err := r.client.Redeem(r.as(rpc.RoleOperator), &tokenv1.RedeemRequest{Parent: f.Subscription, Operation: "BACKUP", Units: []string{"vm-1"}})
			return err
		}
		must(t, use())
		r.hold(f, r.now.Now(), false)
		if err := use(); !fault.Is(fault.FromStatus(err), "SUBSCRIPTION_SUSPENDED") {
			t.Errorf("used while held: %v", err)
		}
		r.tell(f) // late facts of the book keep the hold
		if err := use(); !fault.Is(fault.FromStatus(err), "SUBSCRIPTION_SUSPENDED") {
			t.Errorf("used while held: %v", err)
		}
		r.now.Add(time.Hour)
		r.hold(f, r.now.Now(), true)
		must(t, use())
	})
}

// TestForeignLooksAbsent: a customer sees nothing of another.
func TestForeignLooksAbsent(t *testing.T) {
	r := newRig(t, dbtestSQLite(t))
	r.tell(facts("a", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1"))
	r.tell(facts("b", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1"))
	op := r.as(rpc.RoleOperator)
	mine := "providers/acme/customers/a/contracts/k/subscriptions/s"
	other := "providers/acme/customers/b/contracts/k/subscriptions/s"
	_, err := r.client.QuoteOverage(op, &tokenv1.QuoteOverageRequest{
		Parent: other, OverageId: "o", Operation: "BACKUP", Units: []string{"vm-1"},
		Price: &gmoney.Money{CurrencyCode: "HKD", Units: 1},
	})
	must(t, err)
	if _, err := r.client.Redeem(op, &tokenv1.RedeemRequest{Parent: mine, Operation: "BACKUP", Units: []string{"vm-1"}, Overage: other + "/overages/o"}); !fault.Is(fault.FromStatus(err), "NOT_FOUND") {
		t.Errorf("another subscription's overage: %v", err)
	}
	out, err := r.client.BatchRedeem(op, &tokenv1.BatchRedeemRequest{Parent: "providers/acme/customers/a", Requests: []*tokenv1.RedeemRequest{
		{Parent: other, Operation: "BACKUP", Units: []string{"vm-1"}}, {Parent: mine, Operation: "BACKUP", Units: []string{"vm-1"}},
	}})
	must(t, err)
	if out.GetResults()[0].GetStatus() == nil || out.GetResults()[1].GetRedemption() == nil {
		t.Errorf("a batch over two customers: %v", out)
	}
	if _, err := r.client.BatchGetBalances(op, &tokenv1.BatchGetBalancesRequest{
		Parent:   "providers/acme/customers/a",
		Requests: []*tokenv1.GetBalanceRequest{{Name: other}},
	}); !fault.Is(fault.FromStatus(err), "SUBSCRIPTION_UNKNOWN") {
		t.Errorf("another customer's balance: %v", err)
	}
	all, err := r.client.ListBalances(op, &tokenv1.ListBalancesRequest{Parent: "providers/acme/customers/-/contracts/-/subscriptions/-"})
	must(t, err)
	if len(all.GetBalances()) != 2 {
		t.Errorf("balances of all customers: %v", all)
	}
}

// TestBalanceIsFresh: a balance never shows less than what was committed before
// it was asked for, whatever is cached.
func TestBalanceIsFresh(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config())
		f := facts("c", "s", "C2C_BACKUP", "2024-02-01", 18, 100, "vm-1")
		r.tell(f)
		op := r.as(rpc.RoleOperator)
		for n := range 50 {
			_, err := r.client.Redeem(op, &tokenv1.RedeemRequest{Parent: f.Subscription, Operation: "BACKUP", Units: []string{"vm-1"}})
			must(t, err)
			b, err := r.client.GetBalance(op, &tokenv1.GetBalanceRequest{Name: f.Subscription, Unit: "vm-1"})
			must(t, err)
			if b.GetUsed() != int32(n+1) || b.GetAvailable() != int32(99-n) {
				t.Fatalf("after %d uses: %v", n+1, b)
			}
		}
	})
}
