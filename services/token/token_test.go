package token

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/token/internal/app"
)

// TestFirstUse is a use from the fact of commencement to the statement.
func TestFirstUse(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config())
		f := facts("c", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1", "vm-2")
		r.tell(f)
		r.now.Set(instant("2024-03-01T12:00:00+08:00"))
		op := r.as(rpc.RoleOperator)
		in := &tokenv1.RedeemRequest{Parent: f.GetSubscription(), Operation: "BACKUP", Units: []string{"vm-1"}, RequestId: "a"}
		out, err := r.client.Redeem(op, in)
		if err != nil {
			t.Fatal(err)
		}
		if out.GetRemaining() != 5 || out.GetOrdinal() != 1 || out.GetYear() != 0 || out.GetUnit() != "vm-1" || len(out.GetCitations()) == 0 {
			t.Errorf("redeemed as %v", out)
		}
		again, err := r.client.Redeem(op, in)
		if err != nil || again.GetName() != out.GetName() {
			t.Errorf("again: %v, %v", again, err)
		}
		in.Operation = "RESTORE"
		if _, err := r.client.Redeem(op, in); !fault.Is(fault.FromStatus(err), "REQUEST_ID_REUSED") {
			t.Errorf("the id with another request: %v", err)
		}
		b, err := r.client.GetBalance(op, &tokenv1.GetBalanceRequest{Name: f.GetSubscription(), Unit: "vm-1"})
		if err != nil || b.GetAvailable() != 5 || b.GetUsed() != 1 || b.GetAllotment() != 6 {
			t.Errorf("balance %v, %v", b, err)
		}
		past, err := r.client.GetBalance(op, &tokenv1.GetBalanceRequest{
			Name: f.GetSubscription(), Unit: "vm-1",
			AsOf: timestamppb.New(instant("2024-02-02T00:00:00+08:00")),
		})
		if err != nil || past.GetAvailable() != 6 {
			t.Errorf("balance of the past %v, %v", past, err)
		}
		lots, err := r.client.ListLots(op, &tokenv1.ListLotsRequest{Parent: f.GetSubscription(), View: tokenv1.View_VIEW_FULL})
		if err != nil || len(lots.GetLots()) != 2 {
			t.Fatalf("lots %v, %v", lots, err)
		}
		entries, err := r.client.ListEntries(op, &tokenv1.ListEntriesRequest{Parent: f.GetSubscription(), Unit: "vm-1"})
		if err != nil || len(entries.GetEntries()) != 2 {
			t.Errorf("entries %v, %v", entries, err)
		}
		cs, err := r.changes.ListChanges(op, &tokenv1.ListChangesRequest{Parent: "providers/acme/customers/c"})
		if err != nil || len(cs.GetChanges()) < 4 {
			t.Errorf("changes %v, %v", cs, err)
		}
	})
}

// TestCorrectionsAddUp: corrections of a lot that a later cut left without tokens
// are summed, so that the opposite of an earlier one undoes it, then and when
// the tokens are back.
func TestCorrectionsAddUp(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRig(t, config())
		f := facts("c", "s", "C2C_BACKUP", "2024-02-01", 18, 6, "vm-1")
		r.tell(f)
		l := &life{rig: r, f: f}
		l.sub, _ = app.ParseSub(f.Subscription, "")
		stands := func(when string, allotment, used, overage int32) {
			t.Helper()
			out, err := r.client.ListLots(r.as(rpc.RoleAuditor), &tokenv1.ListLotsRequest{Parent: f.Subscription})
			must(t, err)
			if lot := out.GetLots()[0]; lot.GetYear() != 0 || lot.GetAllotment() != allotment || lot.GetUsed() != used || lot.GetOverage() != overage {
				t.Errorf("%s: %v", when, lot)
			}
			l.check(t)
		}
		year0 := func(tokens int32) *tokenv1.Correction {
			return &tokenv1.Correction{Unit: "vm-1", Tokens: tokens, Note: "goodwill"}
		}
		l.use(r.as(rpc.RoleOperator), "vm-1", "")
		l.correct(year0(-2))
		stands("two were taken away", 4, 1, 0)
		f.CommencementDate, f.LastDay = wireDate(date.MustParse("2024-02-20")), wireDate(date.MustParse("2024-02-10"))
		r.tell(f)
		stands("it ended before it began", 0, 1, 1)
		l.correct(year0(2))
		stands("two were given back where there were none", 0, 1, 1)
		f.LastDay = nil
		r.tell(f)
		stands("the end was taken back", 6, 1, 0)
	})
}
