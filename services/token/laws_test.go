package token

import (
	"context"
	"fmt"
	"slices"
	"testing"

	gmoney "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// life is a random life of one subscription, seen through the API.
type life struct {
	*rig
	f    *contractv1.SubscriptionFacts
	sub  store.Sub
	n    int
	held []string
	used []string
}

func newLife(r *rig, id string, readings map[string]string) *life {
	l := &life{rig: r, f: facts(id, "s", "C2C_BACKUP", "2024-02-01", 18, 4, "vm-1", "vm-2")}
	l.f.Contract.Readings = readings
	l.sub, _ = app.ParseSub(l.f.GetSubscription(), "")
	r.tell(l.f)
	return l
}

func (l *life) id(kind string) string { l.n++; return fmt.Sprintf("%s-%d", kind, l.n) }

// step does one thing; what the service refuses changes nothing.
func (l *life) step(rt *rapid.T) {
	op, unit := l.as(rpc.RoleOperator), rapid.SampledFrom([]string{"vm-1", "vm-2"}).Draw(rt, "unit")
	switch rapid.SampledFrom([]string{"use", "use", "use", "reserve", "complete", "release", "overage", "reverse", "correct", "end", "move", "wait", "agree"}).Draw(rt, "step") {
	case "agree":
		l.agree(op)
	case "use":
		l.use(op, unit, "")
	case "overage":
		id := l.id("o")
		_, err := l.client.QuoteOverage(op, &tokenv1.QuoteOverageRequest{
			Parent: l.f.Subscription, OverageId: id, Operation: "BACKUP",
			Units: []string{unit}, Price: &gmoney.Money{CurrencyCode: "HKD", Units: 300},
		})
		if err == nil {
			_, err = l.client.AgreeOverage(op, &tokenv1.AgreeOverageRequest{Name: l.f.Subscription + "/overages/" + id})
		}
		if err == nil {
			l.use(op, unit, id)
		}
	case "reserve":
		id := l.id("r")
		if _, err := l.client.Reserve(op, &tokenv1.ReserveRequest{Parent: l.f.Subscription, ReservationId: id, Operation: "RESTORE", Units: []string{unit}}); err == nil {
			l.held = append(l.held, l.f.Subscription+"/reservations/"+id)
		}
	case "complete":
		if name, ok := take(rt, &l.held); ok {
			_, _ = l.client.CompleteReservation(op, &tokenv1.CompleteReservationRequest{Name: name})
		}
	case "release":
		if name, ok := take(rt, &l.held); ok {
			_, _ = l.client.ReleaseReservation(op, &tokenv1.ReleaseReservationRequest{Name: name})
		}
	case "reverse":
		if name, ok := take(rt, &l.used); ok {
			l.correct(&tokenv1.Correction{Redemption: name, Note: "a slip"})
		}
	case "correct":
		l.correct(&tokenv1.Correction{Unit: unit, Year: int32(rapid.IntRange(0, 1).Draw(rt, "year")), Tokens: int32(rapid.IntRange(-2, 2).Draw(rt, "tokens")), Note: "goodwill"})
	case "end":
		l.f.LastDay = nil
		if n := rapid.IntRange(0, 700).Draw(rt, "last"); n > 0 {
			last := date.MustParse("2024-02-01").AddDays(n)
			l.f.LastDay = wireDate(last)
		}
		l.tell(l.f)
	case "move":
		scd := date.MustParse("2024-02-01").AddDays(rapid.IntRange(0, 40).Draw(rt, "scd"))
		l.f.CommencementDate, l.f.TermEnd = wireDate(scd), wireDate(scd.AddMonths(18, date.Clamped))
		l.tell(l.f)
	case "wait":
		l.run(l.now.Now().AddDate(0, rapid.IntRange(0, 4).Draw(rt, "months"), 1).Format("2006-01-02T15:04:05Z07:00"))
	}
}

// agree prices the uses that became chargeable without a price.
func (l *life) agree(ctx context.Context) {
	out, err := l.client.ListOverages(ctx, &tokenv1.ListOveragesRequest{Parent: l.f.Subscription, PageSize: 1000})
	if err != nil {
		return
	}
	for _, o := range out.GetOverages() {
		if o.GetState() == tokenv1.Overage_STATE_PENDING {
			_, _ = l.client.AgreeOverage(ctx, &tokenv1.AgreeOverageRequest{Name: o.GetName(), Etag: o.GetEtag(), Price: &gmoney.Money{CurrencyCode: "HKD", Units: 250}})
		}
	}
}

func (l *life) use(ctx context.Context, unit, overage string) {
	out, err := l.client.Redeem(ctx, &tokenv1.RedeemRequest{Parent: l.f.Subscription, Operation: "BACKUP", Units: []string{unit}, Overage: overage, RequestId: l.id("q")})
	if err == nil {
		l.used = append(l.used, out.GetName())
	}
}

func (l *life) correct(c *tokenv1.Correction) {
	id := l.id("c")
	p, err := l.client.ProposeCorrection(l.as(rpc.RoleOperator), &tokenv1.ProposeCorrectionRequest{Parent: l.f.Subscription, CorrectionId: id, Correction: c})
	if err == nil {
		_, _ = l.client.ApproveCorrection(l.as(rpc.RoleApprover), &tokenv1.ApproveCorrectionRequest{Name: p.GetName()})
	}
}

func take(rt *rapid.T, list *[]string) (string, bool) {
	if len(*list) == 0 {
		return "", false
	}
	i := rapid.IntRange(0, len(*list)-1).Draw(rt, "which")
	s := (*list)[i]
	*list = slices.Delete(*list, i, i+1)
	return s, true
}

// check holds the laws: figures balance and are not negative; the ledger's sum
// is what stands; ordinals are 1 to used + reserved; overage is exactly what lies
// above the allotment; and who only follows the feed knows the same overage.
func (l *life) check(rt rapid.TB) {
	ctx, q := context.Background(), l.token.DB.Read()
	var st store.Store
	all, err := st.Lots(ctx, q, l.sub)
	if err != nil {
		rt.Fatal(err)
	}
	sums, err := st.Sums(ctx, q, l.sub, l.now.Now())
	if err != nil {
		rt.Fatal(err)
	}
	booked := map[store.LotKey]store.Sum{}
	for _, s := range sums {
		booked[store.LotKey{Ledger: s.Ledger, Year: s.Year}] = s
	}
	charged := map[string]bool{}
	for _, x := range all {
		f := x.Booked()
		if err := f.Check(); err != nil {
			rt.Fatalf("%+v: %v", x, err)
		}
		if s := booked[store.LotKey{Ledger: x.Ledger, Year: x.Year}]; x.Opened && s.Figures != f {
			rt.Fatalf("year %d of %s: the ledger sums to %+v, it stands at %+v", x.Year, x.Ledger, s.Figures, f)
		}
		l.ordinals(rt, x, charged)
	}
	if follows := l.follow(rt); !equalKeys(follows, charged) {
		rt.Fatalf("the feed tells of overage %v, it is %v", follows, charged)
	}
}

// ordinals checks the places of the demands of a lot and collects the overage.
func (l *life) ordinals(rt rapid.TB, x *store.Lot, charged map[string]bool) {
	ctx, q := context.Background(), l.token.DB.Read()
	var st store.Store
	uses, err := st.Uses(ctx, q, l.sub, x.Ledger)
	if err != nil {
		rt.Fatal(err)
	}
	held, err := st.Holding(ctx, q, l.sub, x.Ledger)
	if err != nil {
		rt.Fatal(err)
	}
	var places []int
	used, reserved := 0, 0
	for _, r := range uses {
		if r.Bears != x.Year {
			continue
		}
		used++
		places = append(places, r.Ordinal)
		if beyond := r.Ordinal > x.Allotment; beyond != (r.State == store.Over || r.State == store.Pending) {
			rt.Fatalf("use %d of %d tokens in state %d", r.Ordinal, x.Allotment, r.State)
		}
		if r.Ordinal > x.Allotment {
			charged[fmt.Sprintf("overage/%s/%d/%d", x.Ledger, x.Year, r.Ordinal)] = true
		}
	}
	for _, r := range held {
		if r.Year == x.Year {
			reserved++
			places = append(places, r.Ordinal)
		}
	}
	if used != x.Used || reserved != x.Reserved {
		rt.Fatalf("year %d of %s counts %d + %d, there are %d + %d", x.Year, x.Ledger, x.Used, x.Reserved, used, reserved)
	}
	slices.Sort(places)
	for i, p := range places {
		if p != i+1 {
			rt.Fatalf("the ordinals of year %d are %v", x.Year, places)
		}
	}
}

// follow replays the feed as billing would.
func (l *life) follow(rt rapid.TB) map[string]bool {
	charged := map[string]bool{}
	in := &tokenv1.ListChangesRequest{Parent: "providers/acme/customers/" + l.sub.Customer, PageSize: 1000}
	for {
		out, err := l.changes.ListChanges(l.as(rpc.RoleAuditor), in)
		if err != nil {
			rt.Fatal(err)
		}
		for _, c := range out.GetChanges() {
			if u := c.GetOverageUsed(); u != nil {
				charged[u.GetIdentity()] = true
			}
			if w := c.GetOverageWithdrawn(); w != nil {
				if !charged[w.GetIdentity()] {
					rt.Fatalf("%s was withdrawn and not charged", w.GetIdentity())
				}
				delete(charged, w.GetIdentity())
			}
		}
		if in.PageToken = out.GetNextPageToken(); in.PageToken == "" {
			return charged
		}
	}
}

func equalKeys(a, b map[string]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

// explained evaluates the derivation of every lot that is shown.
func (l *life) explained(rt *rapid.T) {
	all, err := l.app.LotsOf(context.Background(), l.sub, true)
	if err != nil {
		rt.Fatal(err)
	}
	for _, x := range all {
		if x.Explanation == nil {
			continue
		}
		got, err := explain.Eval(*x.Explanation)
		if err != nil {
			rt.Fatal(err)
		}
		if want := fmt.Sprint(x.Allotment); x.Granted > 0 && got[x.Explanation.Result] != want {
			rt.Fatalf("year %d is explained as %s and stands at %s", x.Year, got[x.Explanation.Result], want)
		}
	}
}

// TestLaws lives many random lives.
func TestLaws(t *testing.T) {
	r := newRig(t, dbtest.SQLiteConfig(t))
	lives := 0
	rapid.Check(t, func(rt *rapid.T) {
		lives++
		r.now.Set(instant(at))
		l := newLife(r, fmt.Sprintf("c%d", lives), map[string]string{
			"token_charge_time":        rapid.SampledFrom([]string{"REQUEST_ACCEPTED", "EXECUTION_TIME"}).Draw(rt, "charge time"),
			"token_proration_rounding": rapid.SampledFrom([]string{"FLOOR", "CEIL"}).Draw(rt, "rounding"),
		})
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			l.step(rt)
			l.check(rt)
		}
		l.explained(rt)
	})
}

// TestReplay makes the same calls of two services: their ledgers and feeds are
// the same, to the byte.
func TestReplay(t *testing.T) {
	play := func(seed int) string {
		r := newRig(t, dbtest.SQLiteConfig(t))
		var l *life
		out := rapid.Custom(func(rt *rapid.T) string {
			if l == nil {
				l = newLife(r, "c", nil)
			}
			for range 60 {
				l.step(rt)
			}
			es, err := r.client.ListEntries(r.as(rpc.RoleAuditor), &tokenv1.ListEntriesRequest{Parent: l.f.Subscription, PageSize: 1000})
			if err != nil {
				rt.Fatal(err)
			}
			cs, err := r.changes.ListChanges(r.as(rpc.RoleAuditor), &tokenv1.ListChangesRequest{Parent: "providers/acme", PageSize: 1000})
			if err != nil {
				rt.Fatal(err)
			}
			return plain(es) + plain(cs)
		}).Example(seed)
		return out
	}
	for seed := range 5 {
		if a, b := play(seed), play(seed); a != b {
			t.Errorf("seed %d: the second run differs", seed)
		}
	}
}

func plain(m proto.Message) string {
	b, _ := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	return string(b)
}
