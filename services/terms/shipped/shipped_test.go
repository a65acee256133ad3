package shipped_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/load"
	"cloudpact.dev/services/terms/shipped"
)

func TestEveryAgreementIsClean(t *testing.T) {
	for _, a := range shipped.All() {
		f, err := shipped.Load(a.ID)
		if err != nil {
			t.Fatalf("%s:\n%v", a.ID, err)
		}
		if f.Terms.ID != a.ID {
			t.Errorf("folder %s holds the terms %s", a.Path, f.Terms.ID)
		}
		for _, p := range f.Lint() {
			if p.Severity != terms.SeverityNote {
				t.Errorf("%s/%s", a.Path, p)
			}
		}
		if _, err := terms.Resolve(f.Terms, nil); err != nil {
			t.Errorf("%s: %v", a.ID, err)
		}
		onDisk, err := load.Dir(os.DirFS("../" + strings.TrimPrefix(a.Path, "services/terms/")))
		if err != nil || onDisk.Hash != f.Hash {
			t.Errorf("%s: what is embedded is not what the folder holds: a pattern in its Go file is missing (%v)", a.ID, err)
		}
	}
	if _, err := shipped.Load("nothing"); err == nil {
		t.Error("an agreement that is not shipped was loaded")
	}
}

func resolved(t *testing.T, id string) (*load.Folder, terms.Resolved) {
	t.Helper()
	f, err := shipped.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := terms.Resolve(f.Terms, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, r
}

// TestEveryRunningOptionResolves puts each option that runs in force, and is
// refused each that does not.
func TestEveryRunningOptionResolves(t *testing.T) {
	for _, a := range shipped.All() {
		f, _ := resolved(t, a.ID)
		for _, rd := range f.Terms.Readings {
			for _, o := range rd.Options {
				_, err := terms.Resolve(f.Terms, map[string]string{rd.Name: o.Option})
				if _, refused := err.(*terms.ReadingNotExecutable); refused == o.Runs || (err == nil) != o.Runs {
					t.Errorf("%s, option %s: %v", rd.Name, o.Option, err)
				}
			}
		}
	}
}

// TestMatrix compares the policies of cpc with the matrix of its fifteen kinds.
func TestMatrix(t *testing.T) {
	f, r := resolved(t, "cpc")
	file, err := os.Open("testdata/cpc-matrix.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows)-1 != len(f.Terms.Kinds) || len(rows) != 16 {
		t.Fatalf("%d rows for %d kinds", len(rows)-1, len(f.Terms.Kinds))
	}
	for i, row := range rows[1:] {
		got := matrixRow(r, f.Terms.Kinds[i])
		if !slices.Equal(got, row) {
			t.Errorf("\n got %v\nwant %v", strings.Join(got, ","), strings.Join(row, ","))
		}
	}
}

func matrixRow(r terms.Resolved, k terms.Kind) []string {
	com, _ := r.Commencement.Rule(k.Code)
	row := []string{k.Code, k.Schedule, com.Clause, com.Method, string(rune('0' + com.WindowWorkingDays)), r.Text(com.Scope)}
	tok, has := r.Tokens.Rule(k.Code)
	var ops []string
	for _, o := range tok.Operations {
		if o.Consumes > 0 {
			ops = append(ops, o.Operation)
		}
	}
	row = append(row, tok.Ledger, tok.Unit, strings.Join(ops, " "), tok.AfterTermClause, tok.ProrationClause)
	if has && (tok.YearMonths != 12 || !strings.HasPrefix(tok.Clause, "cpc/"+k.Schedule+"/")) {
		row = append(row, "a token rule of another schedule or year")
	}
	var duties []string
	for _, d := range r.Duties.ForKind(k.Code) {
		if excludes, _ := r.Excludes(d); excludes && len(d.Kinds) > 0 {
			duties = append(duties, d.Clause)
		}
	}
	return append(row, strings.Join(duties, " "))
}

// TestTokenDifferences are what an implementer must not level out.
func TestTokenDifferences(t *testing.T) {
	_, r := resolved(t, "cpc")
	op := func(kind, operation string) (terms.TokenOperation, bool) {
		rule, ok := r.Tokens.Rule(kind)
		if !ok {
			t.Fatalf("%s has no tokens", kind)
		}
		return rule.Operation(operation)
	}
	if o, ok := op("P2C_REPLICATION", terms.OpFailback); !ok || o.Consumes != 0 || r.Text(o.Uncounted) != "OUT_OF_SCOPE_BY_QUOTE" {
		t.Error("(a) failback of P2C takes no token and is quoted")
	}
	if o, ok := op("SNAPSHOT", terms.OpConfigChange); !ok || o.Consumes != 0 {
		t.Error("(b) Snapshot counts no configuration forms")
	}
	if o, _ := op("C2C_BACKUP", terms.OpBackup); o.Consumes != 1 || r.Flag(o.ScheduledConsumes) {
		t.Error("(c) C2C Backup counts backups on request, not by schedule")
	}
	for _, k := range []string{"C2C_REPLICATION", "V2C_REPLICATION", "P2C_REPLICATION"} {
		if o, ok := op(k, terms.OpReplication); !ok || o.Consumes != 0 {
			t.Errorf("(c) %s does not count replications", k)
		}
		if o, _ := op(k, terms.OpFailover); !r.Flag(o.DrillConsumes) {
			t.Errorf("a drill of %s takes a token", k)
		}
	}
	for kind, ledger := range map[string]string{
		"C2C_BACKUP": "UNIT", "C2C_REPLICATION": "UNIT", "V2C_REPLICATION": "UNIT",
		"P2C_REPLICATION": "UNIT", "GSLB": "SERVICE", "LSLB": "SERVICE", "SNAPSHOT": "SERVICE", "VONE": "SERVICE",
	} {
		if rule, _ := r.Tokens.Rule(kind); rule.Ledger != ledger {
			t.Errorf("(d) the ledger of %s is each %s's", kind, ledger)
		}
	}
	for kind, fixed := range map[string]bool{"C2C_BACKUP": true, "P2C_REPLICATION": true, "C2C_REPLICATION": false, "V2C_REPLICATION": false} {
		if rule, _ := r.Commencement.Rule(kind); (rule.Scope.Value == "SERVICE_WIDE") != fixed {
			t.Errorf("(e) the text says of S3 and S11 only that one date holds for all, not of %s", kind)
		}
	}
	for _, rule := range r.Tokens.Rules {
		if (rule.Expiry.Reading == "gslb_expiry_reading") != (rule.ID == "gslb") || r.Text(rule.Expiry) != "TWELVE_MONTH_PERIOD" {
			t.Errorf("(f) only GSLB's expiry needs a reading, not %s", rule.ID)
		}
	}
	for _, k := range []string{"GSLB", "LSLB", "SNAPSHOT"} {
		if rule, _ := r.Commencement.Rule(k); rule.Method != terms.ReadinessNotice {
			t.Errorf("(g) %s commences by the general rule", k)
		}
	}
	for _, k := range []string{"COMPUTE", "VC", "MAIL", "DAAS", "PROFESSIONAL", "A2C_BACKUP", "OTHER"} {
		if _, ok := r.Tokens.Rule(k); ok {
			t.Errorf("%s has no tokens", k)
		}
	}
}

// TestNumbersOfTheText are the fixed numbers of cpc: all of its time limits and
// multiples that a policy holds.
func TestNumbersOfTheText(t *testing.T) {
	_, r := resolved(t, "cpc")
	cure, _ := r.Cure.Rule(terms.CauseNonPayment, "")
	complaint, _ := r.Cure.Rule(terms.CauseComplaint, "")
	customer, _ := r.Notice.Rule(terms.PartyCustomer, "")
	provider, _ := r.Notice.Rule(terms.PartyProvider, "")
	inTerm, _ := r.Compensation.Rule(terms.EndByCustomerBreach, terms.PhaseInTerm, "")
	after, _ := r.Compensation.Rule(terms.EndByCustomerBreach, terms.PhaseAfterTerm, "")
	for what, x := range map[string][2]int{
		"term":              {int(r.Term.DefaultMonths), 12},
		"due":               {int(r.Invoicing.DueDays), 30},
		"strikes":           {int(r.Strikes.Threshold), 2},
		"deposit":           {int(r.Deposit.ProvideDays), 14},
		"draw":              {int(r.Deposit.DrawAfterDays), 30},
		"top-up":            {int(r.Deposit.TopUpDays), 7},
		"refund":            {int(r.Deposit.RefundDays), 14},
		"return":            {int(r.Custody.ReturnDays), 7},
		"replacement":       {int(r.Replacement.DemandDays), 14},
		"cure":              {r.Number(cure.Days), 14},
		"complaint":         {r.Number(complaint.Days), 2},
		"deemed":            {int(r.Cancellation.DeemedMonths), 6},
		"limb":              {int(r.Cancellation.Limbs[0].Months), 2},
		"customer's notice": {int(customer.Months), 2},
		"provider's notice": {int(provider.Months), 2},
		"breach in term":    {int(inTerm.Months), 2},
		"breach after term": {int(after.Months), 2},
		"cap":               {int(r.Liability.CapMonths), 3},
		"snapshot":          {int(r.Snapshot.WindowHours), 72},
		"warning":           {int(r.Snapshot.WarnAbovePercent), 85},
		"full":              {int(r.Snapshot.FullPercent), 100},
		"grace":             {r.Number(r.Retention.GraceDays), 0},
		"signatures":        {int(r.Formation.OrderSignatures), 2},
	} {
		if x[0] != x[1] {
			t.Errorf("%s: %d, the text has %d", what, x[0], x[1])
		}
	}
	if r.Interest.Rate != "0.015" || r.Interest.Per != "MONTH" {
		t.Error("interest is 1.5 % a month")
	}
	if !customer.NeedsForm || !customer.NeedsAcknowledgement || provider.NeedsForm || provider.NeedsAcknowledgement {
		t.Error("only the customer's notice needs the form and the acknowledgement")
	}
	for item, want := range map[string]bool{
		"RECURRENT": true, "SETUP": true, "OVERAGE": true, "RESTORATION": true, "COMPENSATION": true,
		"DAMAGES": false, "REPLACEMENT": false, "INDEMNITY": false, "TAX": false, "INTEREST": false, "DEPOSIT": false,
	} {
		if got, _ := r.BearsInterest(item); got != want {
			t.Errorf("%s bears interest: %v", item, got)
		}
	}
	if zone, _ := r.WorkingDays(); zone != "HK" || r.Zone().String() != "Asia/Hong_Kong" || r.DefaultCurrency() != "HKD" {
		t.Error("calendar, zone or currency is wrong")
	}
}

// TestUnconditionalDuties: two exclusions of cpc need no breach.
func TestUnconditionalDuties(t *testing.T) {
	_, r := resolved(t, "cpc")
	var got []string
	for _, d := range r.Duties.Rules {
		if always, _ := r.Unconditional(d); always {
			got = append(got, d.Clause)
		}
		for _, f := range d.FailureTypes {
			if _, ok := r.Duties.Measured(f); !ok && f != terms.AnyFailure {
				t.Errorf("%s: failure type %s is not listed", d.ID, f)
			}
		}
	}
	if !slices.Equal(got, []string{"cpc/S7/7.2", "cpc/S9/9.6"}) {
		t.Error(got)
	}
}
