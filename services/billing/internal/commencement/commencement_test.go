package commencement_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"cloudpact.dev/services/billing/internal/commencement"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/terms/cpctest"
)

var (
	general    = "cpc/1#service-commencement-date"
	acceptance = "cpc/S8/8.4"
)

func days(texts ...string) (out []date.Date) {
	for _, t := range texts {
		out = append(out, date.MustParse(t))
	}
	return out
}

func day(text string) date.Date {
	if text == "" {
		return date.Date{}
	}
	return date.MustParse(text)
}

// TestWindow walks the worked numbers of the rules with a window for problems.
func TestWindow(t *testing.T) {
	for _, c := range []struct {
		tag, kind       string
		choices         []string
		notice, signed  string
		reports         []date.Date
		today           string
		state           commencement.State
		date, last      string
		clause, explain string
	}{
		// [W:scd-1]
		{tag: "scd-1", kind: "COMPUTE", notice: "2024-03-28", today: "2024-04-05", state: commencement.Provisional, date: "2024-03-28", last: "2024-04-05", clause: general},
		{tag: "scd-1 closed", kind: "COMPUTE", notice: "2024-03-28", today: "2024-04-06", state: commencement.Confirmed, date: "2024-03-28", last: "2024-04-05", clause: general},
		{tag: "scd-1 PRC", kind: "COMPUTE", choices: []string{"working_day_calendar", "PRC"}, notice: "2024-03-28", today: "2024-04-03", state: commencement.Confirmed, date: "2024-03-28", last: "2024-04-02", clause: general},
		// [W:scd-2]
		{tag: "scd-2", kind: "MAIL", notice: "2024-05-03", today: "2024-05-09", state: commencement.Confirmed, date: "2024-05-03", last: "2024-05-08", clause: general},
		{tag: "scd-2 late report", kind: "MAIL", notice: "2024-05-03", reports: days("2024-05-09"), today: "2024-05-09", state: commencement.Confirmed, date: "2024-05-03", last: "2024-05-08", clause: general},
		// [W:scd-3]
		{tag: "scd-3 report", kind: "DAAS", notice: "2024-05-03", reports: days("2024-05-07"), today: "2024-05-07", state: commencement.Rejected, last: "2024-05-08"},
		{tag: "scd-3 restart", kind: "DAAS", notice: "2024-05-20", reports: days("2024-05-07"), today: "2024-05-24", state: commencement.Confirmed, date: "2024-05-20", last: "2024-05-23", clause: general},
		// [W:33a-1], [W:33a-2]
		{tag: "33a-1", kind: "COMPUTE", notice: "2024-03-28", today: "2024-04-06", state: commencement.Confirmed, date: "2024-03-28", last: "2024-04-05", clause: general},
		{tag: "33a-2", kind: "COMPUTE", notice: "2024-03-28", reports: days("2024-04-02"), today: "2024-04-02", state: commencement.Rejected, last: "2024-04-05"},
		// [W:S8.4-1]
		{tag: "S8.4-1", kind: "VONE", notice: "2024-02-07", signed: "2024-02-08", today: "2024-02-17", state: commencement.Confirmed, date: "2024-02-08", last: "2024-02-16", clause: acceptance},
		{tag: "S8.4-1 open", kind: "VONE", notice: "2024-02-07", signed: "2024-02-08", today: "2024-02-16", state: commencement.Provisional, date: "2024-02-08", last: "2024-02-16", clause: acceptance},
		{tag: "S8.4-1 PRC", kind: "VONE", choices: []string{"working_day_calendar", "PRC"}, notice: "2024-02-07", signed: "2024-02-08", today: "2024-02-21", state: commencement.Confirmed, date: "2024-02-08", last: "2024-02-20", clause: acceptance},
		// [W:S8.4-2]
		{tag: "S8.4-2 unsigned", kind: "VONE", notice: "2024-02-07", today: "2024-02-25", state: commencement.Unsigned, last: "2024-02-16"},
		{tag: "S8.4-2", kind: "VONE", notice: "2024-02-07", signed: "2024-02-26", today: "2024-02-26", state: commencement.Confirmed, date: "2024-02-26", last: "2024-02-16", clause: acceptance},
		// [W:S8.4-3]
		{tag: "S8.4-3", kind: "VONE", notice: "2024-02-07", reports: days("2024-02-16"), today: "2024-02-16", state: commencement.Rejected, last: "2024-02-16"},
		{tag: "S8.4-3 late", kind: "VONE", notice: "2024-02-07", signed: "2024-02-08", reports: days("2024-02-17"), today: "2024-02-17", state: commencement.Confirmed, date: "2024-02-08", last: "2024-02-16", clause: acceptance},
		{tag: "known before", kind: "VONE", notice: "2024-02-07", signed: "2024-02-08", reports: days("2024-02-06"), today: "2024-02-17", state: commencement.Confirmed, date: "2024-02-08", last: "2024-02-16", clause: acceptance},
	} {
		t.Run(c.tag, func(t *testing.T) {
			d, ok := commencement.Decide(cpctest.Chosen(t, c.choices...), commencement.Facts{
				Kind: c.kind, Notice: day(c.notice), Signed: day(c.signed), Reports: c.reports,
			}, day(c.today))
			if !ok || d.State != c.state || d.Date != day(c.date) || d.WindowLastDay != day(c.last) {
				t.Fatalf("%+v", d)
			}
			cpctest.Explained(t, d.Window, c.last, d.Clause)
			if c.date != "" {
				cpctest.Explained(t, d.Explanation, c.date, c.clause)
			}
		})
	}
}

func TestPendingWindow(t *testing.T) {
	// Hong Kong's holidays are published to the end of 2027.
	d, _ := commencement.Decide(cpctest.Chosen(t), commencement.Facts{Kind: "COMPUTE", Notice: day("2027-12-30")}, day("2028-02-01"))
	if d.State != commencement.Provisional || !d.Pending || !d.WindowLastDay.IsZero() || d.NotBefore != day("2028-01-04") {
		t.Fatalf("%+v", d)
	}
	d, _ = commencement.Decide(cpctest.Chosen(t), commencement.Facts{Kind: "COMPUTE", Notice: day("2027-12-30"), Reports: days("2028-01-10")}, day("2028-02-01"))
	if d.State != commencement.Rejected {
		t.Fatalf("a report cannot be late while the window's end is not known: %+v", d)
	}
}

func hkt(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("HKT", 8*3600))
	if err != nil {
		panic(err)
	}
	return at
}

// TestFirstCopy walks the worked numbers of backup and replication.
func TestFirstCopy(t *testing.T) {
	cp := func(unit, completed, emailed string) commencement.Copy {
		return commencement.Copy{Unit: unit, Completed: hkt(completed), Emailed: hkt(emailed)}
	}
	vm1 := cp("vm-1", "2024-01-31 23:50", "2024-02-01 00:10")
	for _, c := range []struct {
		tag, kind, clause string
		choices           []string
		copies            []commencement.Copy
		date              string
		unit              string // date of vm-2 by itself
	}{
		// [W:S3.1-1], [W:S3.1-2]
		{"S3.1-1", "C2C_BACKUP", "cpc/S3/3.1", nil, []commencement.Copy{vm1}, "2024-02-01", ""},
		{"S3.1-1 COMPLETION_DATE", "C2C_BACKUP", "cpc/S3/3.1", []string{"first_copy_scd_date", "COMPLETION_DATE"}, []commencement.Copy{vm1}, "2024-01-31", ""},
		{"S3.1-2", "C2C_BACKUP", "cpc/S3/3.1", nil, []commencement.Copy{cp("vm-2", "2024-03-10 01:00", "2024-03-10 02:00"), vm1}, "2024-02-01", ""},
		// [W:S4.1-1], [W:S4.1-2]
		{"S4.1-1", "C2C_REPLICATION", "cpc/S4/4.1", nil, []commencement.Copy{cp("vm-1", "2024-02-29 09:00", "2024-02-29 10:00")}, "2024-02-29", ""},
		{"S4.1-2", "C2C_REPLICATION", "cpc/S4/4.1", nil, []commencement.Copy{cp("vm-1", "2024-02-29 09:00", "2024-02-29 10:00"), cp("vm-2", "2024-06-10 09:00", "2024-06-10 09:30")}, "2024-02-29", ""},
		{"S4.1-2 PER_VM", "C2C_REPLICATION", "cpc/S4/4.1", []string{"replication_scd_scope", "PER_VM"}, []commencement.Copy{cp("vm-1", "2024-02-29 09:00", "2024-02-29 10:00"), cp("vm-2", "2024-06-10 09:00", "2024-06-10 09:30")}, "2024-02-29", "2024-06-10"},
		// [W:S9.3-1], [W:S9.3-2]: a run that failed is no copy
		{"S9.3-1", "V2C_REPLICATION", "cpc/S9/9.3", nil, []commencement.Copy{cp("vm-1", "2024-08-31 09:00", "2024-08-31 09:30")}, "2024-08-31", ""},
		// [W:S11.3-1]
		{"S11.3-1", "P2C_REPLICATION", "cpc/S11/11.3", nil, []commencement.Copy{cp("host-a", "2024-05-03 09:00", "2024-05-03 09:30"), cp("vm-2", "2024-07-01 09:00", "2024-07-01 09:30")}, "2024-05-03", ""},
	} {
		t.Run(c.tag, func(t *testing.T) {
			d, ok := commencement.Decide(cpctest.Chosen(t, c.choices...), commencement.Facts{Kind: c.kind, Copies: c.copies}, day("2024-12-31"))
			if !ok || d.State != commencement.Confirmed || d.Date != day(c.date) || d.Units["vm-2"] != day(c.unit) {
				t.Fatalf("%+v", d)
			}
			cpctest.Explained(t, d.Explanation, c.date, c.clause)
		})
	}
	d, _ := commencement.Decide(cpctest.Chosen(t), commencement.Facts{Kind: "C2C_BACKUP"}, day("2024-12-31"))
	if d.State != commencement.None || !d.Date.IsZero() {
		t.Errorf("without a copy: %+v", d)
	}
}

// TestAgreed is [W:S1.8-1]; a refusal [W:S1.8-2] leaves no fact behind.
func TestAgreed(t *testing.T) {
	f := commencement.Facts{Kind: "COMPUTE", Notice: day("2024-05-03"), Agreed: day("2024-06-01")}
	d, _ := commencement.Decide(cpctest.Chosen(t), f, day("2024-06-01"))
	if d.State != commencement.Confirmed || d.Date != day("2024-06-01") {
		t.Fatalf("%+v", d)
	}
	cpctest.Explained(t, d.Explanation, "2024-06-01", "cpc/S1/1.8")
	if commencement.InWindow(cpctest.Chosen(t), f, day("2024-05-04")) {
		t.Error("a problem moves a date that was agreed on")
	}
	f.Agreed = date.Date{}
	if d, _ := commencement.Decide(cpctest.Chosen(t), f, day("2024-06-01")); d.Date != day("2024-05-03") {
		t.Errorf("refused: %+v", d)
	}
}

// TestEveryKindCommences: each of the fifteen kinds has a method.
func TestEveryKindCommences(t *testing.T) {
	terms := cpctest.Chosen(t)
	if len(terms.Kinds) != 15 {
		t.Fatalf("%d kinds", len(terms.Kinds))
	}
	methods := map[string]int{}
	for _, k := range terms.Kinds {
		d, ok := commencement.Decide(terms, commencement.Facts{Kind: k.Code}, day("2024-01-01"))
		if !ok || d.State != commencement.None {
			t.Errorf("%s: %+v", k.Code, d)
		}
		methods[d.Method]++
	}
	if methods["READINESS_NOTICE"] != 10 || methods["FIRST_COPY"] != 4 || methods["ACCEPTANCE"] != 1 {
		t.Errorf("%v", methods)
	}
}

// TestLaws: the state only moves forward with time; a report in the window
// always blocks, one outside it never does; the date never moves by waiting.
func TestLaws(t *testing.T) {
	terms := cpctest.Chosen(t)
	rapid.Check(t, func(t *rapid.T) {
		notice := date.New(2020, 1, 1).AddDays(rapid.IntRange(0, 2800).Draw(t, "notice"))
		f := commencement.Facts{Kind: rapid.SampledFrom([]string{"COMPUTE", "GSLB", "OTHER"}).Draw(t, "kind"), Notice: notice}
		open, _ := commencement.Decide(terms, f, notice)
		if open.Pending {
			return
		}
		later := notice.AddDays(rapid.IntRange(0, 40).Draw(t, "wait"))
		d, _ := commencement.Decide(terms, f, later)
		if d.Date != notice || (d.State == commencement.Confirmed) != later.After(open.WindowLastDay) {
			t.Fatalf("%v: %+v", later, d)
		}
		report := notice.AddDays(rapid.IntRange(-10, 20).Draw(t, "report"))
		f.Reports = []date.Date{report}
		d, _ = commencement.Decide(terms, f, later)
		inside := !report.Before(notice) && !report.After(open.WindowLastDay)
		if (d.State == commencement.Rejected) != inside || commencement.InWindow(terms, f, report) != inside {
			t.Fatalf("report %v in [%v, %v]: %+v", report, notice, open.WindowLastDay, d)
		}
	})
}
