package levels_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/interval"
	"cloudpact.dev/services/sla/internal/levels"
	"cloudpact.dev/services/terms/cpctest"
)

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

func april() date.Span {
	return date.Span{From: date.New(2024, 4, 1), To: date.New(2024, 5, 1)}
}

// TestMonth is 6-1: 60 minutes of outage in a month of 30 days, 20 of them
// excluded, against 99.9 percent.
func TestMonth(t *testing.T) {
	r := cpctest.Terms(t, nil)
	at := func(s string) time.Time { return cpctest.At(t, s) }
	outage := levels.Outage{
		From: at("2024-04-10 01:00"), To: at("2024-04-10 02:00"),
		Parts: []levels.Part{{From: at("2024-04-10 01:40"), To: at("2024-04-10 03:00")}},
	}
	cases := []struct {
		name         string
		days         date.Span
		level        string
		outages      []levels.Outage
		verdict      levels.Verdict
		availability string
		counted      time.Duration
		excluded     time.Duration
	}{
		{"6-1", april(), "99.9", []levels.Outage{outage}, levels.Met, "99.90740", 40 * time.Minute, 20 * time.Minute},
		{"6-1 without the window", april(), "99.9", []levels.Outage{{From: outage.From, To: outage.To}}, levels.Missed, "99.86111", time.Hour, 0},
		{"exactly the level", april(), "99.9", []levels.Outage{{From: outage.From, To: outage.From.Add(43*time.Minute + 12*time.Second)}}, levels.Met, "99.90000", 43*time.Minute + 12*time.Second, 0},
		{"a second more", april(), "99.9", []levels.Outage{{From: outage.From, To: outage.From.Add(43*time.Minute + 13*time.Second)}}, levels.Missed, "99.89996", 43*time.Minute + 13*time.Second, 0},
		{"nothing failed", april(), "100", nil, levels.Met, "100.00000", 0, 0},
		{"still down", april(), "99", []levels.Outage{{From: at("2024-03-31 12:00")}}, levels.Missed, "0.00000", 30 * 24 * time.Hour, 0},
		{"two outages at one time", april(), "99.9", []levels.Outage{outage, {From: outage.From, To: outage.To}}, levels.Missed, "99.86111", time.Hour, 0},
		{"excluded as a whole", april(), "100", []levels.Outage{{From: outage.From, To: outage.To, Parts: []levels.Part{{From: outage.From, To: outage.To, Whole: true}}}}, levels.Met, "100.00000", 0, time.Hour},
		{"half a month", date.Span{From: date.New(2024, 4, 16), To: date.New(2024, 5, 1)}, "99.9", []levels.Outage{outage, {From: at("2024-04-20 00:00"), To: at("2024-04-20 00:36")}}, levels.Missed, "99.83333", 36 * time.Minute, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			j, err := levels.Measure(r, levels.Month{Name: "target", Days: c.days, Level: c.level, Outages: c.outages})
			if err != nil {
				t.Fatal(err)
			}
			if j.Verdict != c.verdict || j.Availability != c.availability || j.Counted != c.counted || j.Excluded != c.excluded || j.Incident != c.counted+c.excluded {
				t.Errorf("%s %s, counted %s, excluded %s of %s", j.Verdict, j.Availability, j.Counted, j.Excluded, j.Incident)
			}
			last, _ := j.Explanation.Final()
			cpctest.Explained(t, j.Explanation, last.Result, "cpc/6")
		})
	}
	if _, err := levels.Measure(r, levels.Month{Name: "target", Days: april(), Level: "high"}); err == nil {
		t.Error("a level that is no number")
	}
	if _, err := levels.Measure(r, levels.Month{Name: "target", Level: "99"}); err == nil {
		t.Error("a month without days")
	}
}

// TestOtherTerms: what the terms measure or grant otherwise is refused, never
// guessed.
func TestOtherTerms(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for _, change := range []func(){
		func() {
			r.ServiceLevels.ExcludedTime.Reading, r.ServiceLevels.ExcludedTime.Value = "", "REMOVED_FROM_PERIOD"
		},
		func() { r.ServiceLevels.Credit.Reading, r.ServiceLevels.Credit.Value = "", "BY_TIER" },
		func() { r.ServiceLevels = nil },
	} {
		copied := *r.Terms
		if copied.ServiceLevels != nil {
			p := *copied.ServiceLevels
			copied.ServiceLevels = &p
		}
		saved := r.Terms
		r.Terms = &copied
		change()
		if _, err := levels.Measure(r, levels.Month{Name: "target", Days: april(), Level: "99"}); err == nil {
			t.Error("measured")
		}
		r.Terms = saved
	}
}

// TestJudge is what counts of one incident.
func TestJudge(t *testing.T) {
	at := func(s string) time.Time { return cpctest.At(t, s) }
	i := levels.Incident{Name: "outage", From: at("2024-03-05 01:30"), To: at("2024-03-05 03:20")}
	part := func(from, to string) levels.Part { return levels.Part{From: at(from), To: at(to)} }
	cases := []struct {
		name     string
		i        levels.Incident
		parts    []levels.Part
		verdict  levels.Verdict
		excluded time.Duration
	}{
		{"38a-1", i, []levels.Part{part("2024-03-05 01:00", "2024-03-05 03:00")}, levels.PartlyExcluded, 90 * time.Minute},
		{"two that overlap count once", i, []levels.Part{part("2024-03-05 01:00", "2024-03-05 02:00"), part("2024-03-05 01:45", "2024-03-05 02:15")}, levels.PartlyExcluded, 45 * time.Minute},
		{"nothing excluded", i, nil, levels.Counted, 0},
		{"all of it", i, []levels.Part{part("2024-03-05 01:00", "2024-03-05 04:00")}, levels.Excluded, 110 * time.Minute},
		{"a run", levels.Incident{Name: "run", From: i.From, To: i.To, Run: true}, []levels.Part{{From: i.From, To: i.To, Whole: true}}, levels.Excluded, 110 * time.Minute},
		{"a run without length", levels.Incident{Name: "run", From: i.From, To: i.From, Run: true}, []levels.Part{{From: i.From, To: i.From, Whole: true}}, levels.Excluded, 0},
		{"a run that failed", levels.Incident{Name: "run", From: i.From, To: i.To, Run: true}, nil, levels.Counted, 0},
	}
	cite := cpctest.Terms(t, nil).Cite("cpc/6")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			j := levels.Judge(c.i, c.parts, cite)
			length := c.i.To.Sub(c.i.From)
			if j.Verdict != c.verdict || j.Incident != length || j.Excluded != c.excluded || j.Counted != length-c.excluded {
				t.Errorf("%+v", j)
			}
			cpctest.Explained(t, j.Explanation, seconds(j.Counted), "cpc/6")
		})
	}
	j := levels.Judge(levels.Incident{Name: "run", From: i.From, To: i.To, Run: true, Succeeded: true}, nil, cite)
	if j.Verdict != levels.NoIncident || j.Incident != 0 || j.Counted != 0 {
		t.Errorf("%+v", j)
	}
}

// TestHandOver is S4.6-1, S9.8-1 and S11.8-1: recovery ends where the machine is
// up, so a failover that has it up in 20 minutes took 20 minutes, whenever the
// application follows.
func TestHandOver(t *testing.T) {
	r := cpctest.Terms(t, nil)
	for kind, clause := range map[string]string{"C2C_REPLICATION": "cpc/S4/4.6", "V2C_REPLICATION": "cpc/S9/9.8", "P2C_REPLICATION": "cpc/S11/11.8"} {
		for _, operation := range []string{"FAILOVER", "FAILBACK"} {
			h, point, ok := levels.HandOver(r, kind, operation)
			if !ok || h.Clause != clause || point != "VM_BOOTED" {
				t.Errorf("%s %s: %+v %s %t", kind, operation, h, point, ok)
			}
		}
		if _, _, ok := levels.HandOver(r, kind, "REPLICATION"); ok {
			t.Errorf("%s: a replication is handed over", kind)
		}
	}
	if _, _, ok := levels.HandOver(r, "C2C_BACKUP", "FAILOVER"); ok {
		t.Error("a backup is handed over")
	}
	up := levels.Judge(levels.Incident{Name: "run", From: cpctest.At(t, "2024-06-01 10:00"), To: cpctest.At(t, "2024-06-01 10:20"), Run: true}, nil)
	if up.Incident != 20*time.Minute {
		t.Errorf("recovery took %s", up.Incident)
	}
}

// TestCustomerOwned is S10.2-1 and S10.3-1: a broken client device, or an hour
// without VPN, is not the provider's incident.
func TestCustomerOwned(t *testing.T) {
	r := cpctest.Terms(t, nil)
	cases := map[string]string{
		"CLIENT_DEVICE": "cpc/S10/10.2", "IMAGE": "cpc/S10/10.2", "APPLICATION": "cpc/S10/10.2", "DATA_IN_DESKTOP": "cpc/S10/10.2",
		"AD": "cpc/S10/10.3", "CLIENT_NETWORK": "cpc/S10/10.3", "VPN": "cpc/S10/10.3", "OUTAGE": "",
	}
	for category, want := range cases {
		if clause, ok := levels.CustomerOwned(r, "DAAS", category); clause != want || ok != (want != "") {
			t.Errorf("%s: %s %t", category, clause, ok)
		}
	}
	if _, ok := levels.CustomerOwned(r, "COMPUTE", "VPN"); ok {
		t.Error("a category of another kind")
	}
	hour := levels.Incident{Name: "outage", From: cpctest.At(t, "2024-05-03 08:00"), To: cpctest.At(t, "2024-05-03 09:00")}
	own, ok := levels.OwnOf(r, "DAAS", "VPN", hour)
	if !ok {
		t.Fatal("an hour without VPN counts")
	}
	cpctest.Explained(t, own.Explanation, "3600", "cpc/S10/10.3")
	if _, ok := levels.OwnOf(r, "DAAS", "OUTAGE", hour); ok {
		t.Error("an outage does not count")
	}
}

// TestLaws: excluded and counted make up the incident, neither the order of the
// parts nor cutting them changes anything, and a month's availability is that
// of the minutes that count.
func TestLaws(t *testing.T) {
	r := cpctest.Terms(t, nil)
	zero := date.New(2024, 4, 1).Start(r.Zone())
	at := func(n int) time.Time { return zero.Add(time.Duration(n) * time.Minute) }
	rapid.Check(t, func(t *rapid.T) {
		parts := func(name string) (all, cut []levels.Part) {
			for range rapid.IntRange(0, 5).Draw(t, name) {
				from, length := rapid.IntRange(-50, 100).Draw(t, "from"), rapid.IntRange(0, 60).Draw(t, "length")
				all = append(all, levels.Part{From: at(from), To: at(from + length)})
				cut = append([]levels.Part{{From: at(from), To: at(from + length/2)}, {From: at(from + length/2), To: at(from + length)}}, cut...)
			}
			return all, cut
		}
		i := levels.Incident{Name: "outage", From: at(0), To: at(rapid.IntRange(1, 100).Draw(t, "incident"))}
		all, cut := parts("parts")
		j, k := levels.Judge(i, all), levels.Judge(i, cut)
		if j.Excluded+j.Counted != j.Incident || j.Incident != i.To.Sub(i.From) {
			t.Fatalf("%+v", j)
		}
		if j.Verdict != k.Verdict || j.Excluded != k.Excluded {
			t.Fatal("cutting or turning round the parts matters")
		}
		if err := explain.Check(j.Explanation); err != nil {
			t.Fatal(err)
		}

		month := levels.Month{Name: "target", Days: april(), Level: "99.9"}
		want := map[int]bool{}
		for range rapid.IntRange(0, 4).Draw(t, "outages") {
			from, length := rapid.IntRange(0, 200).Draw(t, "outage from"), rapid.IntRange(1, 80).Draw(t, "outage length")
			parts, _ := parts("excluded")
			month.Outages = append(month.Outages, levels.Outage{From: at(from), To: at(from + length), Parts: parts})
			var out interval.Set
			for _, p := range parts {
				out = out.Union(interval.Of(interval.Time{From: p.From, To: p.To}))
			}
			for m := from; m < from+length; m++ {
				if !out.Contains(at(m)) {
					want[m] = true
				}
			}
		}
		got, err := levels.Measure(r, month)
		if err != nil {
			t.Fatal(err)
		}
		if got.Counted != time.Duration(len(want))*time.Minute || got.Excluded+got.Counted != got.Incident {
			t.Fatalf("counted %s, want %d minutes", got.Counted, len(want))
		}
		if met := 1000*len(want) <= 30*24*60; met != (got.Verdict == levels.Met) {
			t.Fatalf("%s at %s", got.Verdict, got.Availability)
		}
		if err := explain.Check(got.Explanation); err != nil || !strings.Contains(got.Availability, ".") {
			t.Fatal(err)
		}
	})
}
