package redeem_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
	"cloudpact.dev/services/token/internal/redeem"
)

func policy(t testing.TB, kind string, choices map[string]string) redeem.Policy {
	t.Helper()
	p, ok := redeem.PolicyOf(cpctest.Terms(t, choices), kind)
	if !ok {
		t.Fatalf("%s has no tokens", kind)
	}
	return p
}

var now = time.Date(2024, 9, 10, 4, 0, 0, 0, time.UTC)

// book is a service whose units a, b, ... have lots of t tokens each.
type book struct {
	policy  redeem.Policy
	service redeem.Service
	lots    map[string]*redeem.Lot
}

func newBook(p redeem.Policy, tokens int) *book {
	hk := time.FixedZone("Asia/Hong_Kong", 8*3600)
	b := &book{policy: p, lots: map[string]*redeem.Lot{}, service: redeem.Service{
		Zone:         hk,
		Commencement: date.MustParse("2024-02-01"), Units: map[string]redeem.Unit{},
	}}
	ids := append([]string{""}, strings.Split("a b c d e f g h i j", " ")...)
	for _, id := range ids {
		if id != "" {
			b.service.Units[id] = redeem.Unit{Ledger: id}
		}
		b.lots[id] = &redeem.Lot{Ledger: id, From: b.service.Commencement, To: date.MustParse("2025-02-01"), Allotment: tokens}
	}
	return b
}

// use makes one use and gives the tokens that it took; -1 where it needs a quote.
func (b *book) use(t testing.TB, u redeem.Use) int {
	t.Helper()
	plan, err := redeem.PlanUse(b.policy, b.service, u, now)
	if err != nil {
		t.Fatalf("%+v: %v", u, err)
	}
	var candidates []*redeem.Lot
	for _, l := range plan.Ledgers {
		candidates = append(candidates, b.lots[l])
	}
	if _, err := redeem.Take(b.policy, plan, candidates, nil, false); err != nil {
		if r, ok := errors.AsType[*redeem.Refusal](err); !ok || r.Reason != redeem.ReasonNoToken {
			t.Fatalf("%+v: %v", u, err)
		}
		return -1
	}
	return plan.Tokens
}

// TestWorked plays the examples of the schedules: "BACKUP a", "form a b", with
// a number of times before it and "!" before what fails.
func TestWorked(t *testing.T) {
	for _, c := range []struct {
		tag, kind string
		tokens    int
		steps     string // separated by "; "
		used      int    // in all
		left      map[string]int
		quotes    bool // the last step needs a quote
	}{
		{"W:S3.5-1", "C2C_BACKUP", 6, "6 BACKUP a; RESTORE a", 6, map[string]int{"a": 0}, true},
		{"W:S3.5-2", "C2C_BACKUP", 6, "6 BACKUP a; BACKUP a", 6, map[string]int{"a": 0, "b": 6}, true},
		{"W:S3.5i-1", "C2C_BACKUP", 6, "BACKUP a; BACKUP b; BACKUP c; RESTORE a", 4, map[string]int{"a": 4, "b": 5, "c": 5}, false},
		{"W:S3.5i-1", "C2C_BACKUP", 6, "form a b c", 1, map[string]int{"a": 5, "b": 6, "c": 6}, false},
		{"W:S3.5i-2", "C2C_BACKUP", 6, "!BACKUP b; BACKUP b", 1, map[string]int{"b": 5}, false},
		{"W:S4.2-1", "C2C_REPLICATION", 2, "FAILOVER a; FAILBACK a; FAILOVER a", 2, map[string]int{"a": 0}, true},
		{"W:S4.2i-1", "C2C_REPLICATION", 2, "FAILOVER a; FAILBACK a; FAILOVER b; FAILBACK b; FAILOVER c; FAILBACK c; FAILOVER d; FAILBACK d; FAILOVER e; FAILBACK e; FAILOVER f; FAILBACK f; FAILOVER g; FAILBACK g; FAILOVER h; FAILBACK h; FAILOVER i; FAILBACK i; FAILOVER j; FAILBACK j", 20, map[string]int{"a": 0, "j": 0}, false},
		{"W:S4.2i-2", "C2C_REPLICATION", 2, "form a b c d e f g h i j", 1, map[string]int{"a": 1, "b": 2}, false},
		{"W:S4.2i-2", "C2C_REPLICATION", 2, "!FAILOVER c", 0, map[string]int{"c": 2}, false},
		{"W:S5.2-1", "GSLB", 4, "4 form; form", 4, map[string]int{"": 0}, true},
		{"W:S5.2i-1", "GSLB", 4, "form", 1, map[string]int{"": 3}, false},
		{"W:S6.1-1", "LSLB", 2, "2 form; form", 2, map[string]int{"": 0}, true},
		{"W:S6.1-2", "LSLB", 0, "form", 0, map[string]int{"": 0}, true},
		{"W:S7.4-1", "SNAPSHOT", 10, "10 SNAPSHOT_CYCLE a; SNAPSHOT_CYCLE a", 10, map[string]int{"": 0}, true},
		{"W:S7.4-2", "SNAPSHOT", 10, "6 SNAPSHOT_CYCLE a; 4 SNAPSHOT_CYCLE b; SNAPSHOT_CYCLE c", 10, map[string]int{"": 0}, true},
		{"W:S8.7-1", "VONE", 12, "12 form; form", 12, map[string]int{"": 0}, true},
		{"W:S9.4-1", "V2C_REPLICATION", 3, "FAILOVER a; FAILBACK a; form a", 3, map[string]int{"a": 0}, false},
		{"W:S9.4i-1", "V2C_REPLICATION", 3, "FAILOVER a; FAILBACK a; FAILOVER b; FAILBACK b; FAILOVER c; FAILBACK c; FAILOVER d; FAILBACK d; FAILOVER e; FAILBACK e", 10, map[string]int{"a": 1, "e": 1}, false},
		{"W:S11.4-1", "P2C_REPLICATION", 2, "FAILOVER a; form a; FAILOVER a", 2, map[string]int{"a": 0}, true},
		{"W:S11.4-2", "P2C_REPLICATION", 2, "2 FAILOVER a; FAILOVER a", 2, map[string]int{"a": 0, "b": 2}, true},
		{"W:S11.4i-1", "P2C_REPLICATION", 2, "FAILOVER a; FAILOVER b; FAILOVER c; FAILBACK a", 3, map[string]int{"a": 1, "b": 1}, true},
		{"W:S11.4ii-2", "P2C_REPLICATION", 2, "FAILOVER a", 1, map[string]int{"a": 1}, false},
		{"W:TK-7", "C2C_BACKUP", 0, "BACKUP a", 0, map[string]int{"a": 0}, true},
	} {
		b := newBook(policy(t, c.kind, nil), c.tokens)
		used, last := 0, 0
		for _, step := range strings.Split(c.steps, "; ") {
			last = b.play(t, step, &used)
		}
		if used != c.used || (last < 0) != c.quotes {
			t.Errorf("%s: %d tokens, the last step took %d; want %d, a quote %v", c.tag, used, last, c.used, c.quotes)
		}
		for id, left := range c.left {
			if got := b.lots[id].Free(); got != left {
				t.Errorf("%s: %q has %d left, want %d", c.tag, id, got, left)
			}
			if err := b.lots[id].Booked().Check(); err != nil {
				t.Errorf("%s: %v", c.tag, err)
			}
		}
	}
}

func (b *book) play(t testing.TB, step string, used *int) int {
	times, last := 1, 0
	if n, rest, ok := strings.Cut(step, " "); ok && n[0] >= '0' && n[0] <= '9' {
		times, step = 0, rest
		for _, d := range n {
			times = times*10 + int(d-'0')
		}
	}
	failed := strings.HasPrefix(step, "!")
	words := strings.Fields(strings.TrimPrefix(step, "!"))
	u := redeem.Use{Operation: words[0], Units: words[1:], Failed: failed}
	if u.Operation == "form" {
		u.Operation = "CONFIG_CHANGE"
	}
	for range times {
		if last = b.use(t, u); last > 0 {
			*used += last
		}
	}
	return last
}

// TestWindow: W:S7.2-1, the 72 hours of a snapshot, end included.
func TestWindow(t *testing.T) {
	op, err := policy(t, "SNAPSHOT", nil).Operation("SNAPSHOT_CYCLE")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"2024-02-28 14:30", "2024-03-02 14:30"}, {"2023-02-28 14:30", "2023-03-03 14:30"}} {
		from, _ := time.Parse("2006-01-02 15:04", c[0])
		if got := from.Add(op.Window).Format("2006-01-02 15:04"); got != c[1] {
			t.Errorf("from %s to %s, want %s", c[0], got, c[1])
		}
	}
	if !op.Instructed("COMMIT") || !op.Instructed("REVERT") || op.Instructed("") || op.Instructed("KEEP") {
		t.Error("a snapshot is completed by COMMIT or REVERT and by nothing else")
	}
	if len(op.WindowCites) == 0 || op.WindowCites[0].Clause != "cpc/S7/7.2" {
		t.Errorf("the window cites %v", op.WindowCites)
	}
}

// TestYear: W:S3.5ii-1 and E-04, the instant whose year bears a use.
func TestYear(t *testing.T) {
	asked, done := now.Add(-72*time.Hour), now.Add(-time.Hour)
	for option, want := range map[string]time.Time{"REQUEST_ACCEPTED": asked, "EXECUTION_TIME": done} {
		b := newBook(policy(t, "C2C_BACKUP", map[string]string{"token_charge_time": option}), 6)
		plan, err := redeem.PlanUse(b.policy, b.service, redeem.Use{Operation: "BACKUP", Units: []string{"a"}, Requested: asked, Completed: done}, now)
		if err != nil || !plan.Charged.Equal(want) {
			t.Errorf("%s: %v, %v", option, plan.Charged, err)
		}
	}
}

// TestRefusals: what a plan refuses.
func TestRefusals(t *testing.T) {
	later := now.Add(time.Second)
	for name, c := range map[string]struct {
		change func(*book)
		use    redeem.Use
		reason string
	}{
		"no such operation": {nil, redeem.Use{Operation: "FAILOVER", Units: []string{"a"}}, redeem.ReasonOperationUnknown},
		"not commenced":     {func(b *book) { b.service.Commencement = date.Date{} }, redeem.Use{Operation: "BACKUP", Units: []string{"a"}}, redeem.ReasonNotCommenced},
		"asked in future":   {nil, redeem.Use{Operation: "BACKUP", Units: []string{"a"}, Requested: later}, redeem.ReasonTime},
		"done in future":    {nil, redeem.Use{Operation: "BACKUP", Units: []string{"a"}, Completed: later}, redeem.ReasonTime},
		"done before asked": {nil, redeem.Use{Operation: "BACKUP", Units: []string{"a"}, Requested: now, Completed: now.Add(-time.Hour)}, redeem.ReasonTime},
		"before the start":  {nil, redeem.Use{Operation: "BACKUP", Units: []string{"a"}, Requested: now.AddDate(-1, 0, 0)}, redeem.ReasonTime},
		"after the end":     {func(b *book) { b.service.End = date.MustParse("2024-09-10") }, redeem.Use{Operation: "BACKUP", Units: []string{"a"}}, redeem.ReasonEnded},
		"while held": {
			func(b *book) { b.service.Holds = []redeem.Hold{{Placed: now}} },
			redeem.Use{Operation: "BACKUP", Units: []string{"a"}},
			redeem.ReasonSuspended,
		},
		"of no unit":       {nil, redeem.Use{Operation: "BACKUP"}, redeem.ReasonField},
		"of two units":     {nil, redeem.Use{Operation: "BACKUP", Units: []string{"a", "b"}}, redeem.ReasonField},
		"of a stranger":    {nil, redeem.Use{Operation: "BACKUP", Units: []string{"z"}}, redeem.ReasonUnitUnknown},
		"of a removed one": {func(b *book) { b.service.Units["a"] = redeem.Unit{Ledger: "a", Removed: date.MustParse("2024-09-09")} }, redeem.Use{Operation: "BACKUP", Units: []string{"a"}}, redeem.ReasonUnitUnknown},
	} {
		b := newBook(policy(t, "C2C_BACKUP", nil), 6)
		if c.change != nil {
			c.change(b)
		}
		_, err := redeem.PlanUse(b.policy, b.service, c.use, now)
		if r, ok := errors.AsType[*redeem.Refusal](err); !ok || r.Reason != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
	b := newBook(policy(t, "C2C_BACKUP", nil), 6)
	b.service.Holds = []redeem.Hold{{Placed: now.Add(-time.Hour), Lifted: now}}
	if b.use(t, redeem.Use{Operation: "BACKUP", Units: []string{"a"}}) != 1 {
		t.Error("a hold that was lifted forbids nothing")
	}
}
