package notices_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/compliance/internal/notices"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms/cpctest"
)

const (
	contract = "providers/p/customers/c/contracts/smartcloud"
	account  = contract + "/accounts/main"
	compute  = contract + "/subscriptions/compute"
	gateway  = contract + "/assets/gateway"
	hold     = contract + "/holds/h1"
)

var update = flag.Bool("update", false, "write testdata/notices.txt")

func day(s string) date.Date      { return date.MustParse(s) }
func hkd(s string) money.Money    { return money.MustParse("HKD", s) }
func at(s string) (out time.Time) { out, _ = time.Parse(time.RFC3339, s); return out }

// told is every fact that makes a notice, with the demo's figures.
func told() []any {
	ended := facts.Subscription{Subscription: compute, LastDay: day("2025-09-30"), EndCause: "CUSTOMER_NOTICE", Version: 1, TermEnd: day("2025-08-15")}
	return []any{
		facts.InvoiceIssued{Account: account, Invoice: account + "/invoices/hk-000001", Date: day("2024-02-01"), Due: day("2024-03-02"), Total: hkd("10000.00")},
		facts.InvoiceIssued{Account: account, Invoice: account + "/invoices/hk-000002", Date: day("2024-02-01"), Due: day("2024-03-02"), Total: hkd("0.00")},
		facts.InvoiceIssued{Account: account, Invoice: account + "/invoices/hk-000003", Date: day("2024-02-01"), Total: hkd("-12.50")},
		facts.InvoiceOverdue{Account: account, Invoice: account + "/invoices/hk-000001", Due: day("2024-03-02"), Open: hkd("10000.00")},
		facts.DepositDemanded{Account: account, Amount: hkd("15000.00"), Demand: day("2024-04-17"), LastOn: day("2024-05-01")},
		facts.DepositDemanded{Account: account, Amount: hkd("2500.00"), Demand: day("2024-07-15"), LastOn: day("2024-07-22"), TopUp: true},
		facts.DepositDrawn{Account: account, Amount: hkd("2500.00"), Balance: hkd("12500.00"), Value: day("2024-07-15")},
		facts.DepositRefunded{Account: account, Amount: hkd("15000.00"), Value: day("2025-10-13")},
		facts.CureDemanded{Case: contract + "/cases/arrears-2024-06-14", Demand: day("2024-06-17"), LastDay: day("2024-07-01"), Open: hkd("4000.00"), Clause: "cpc/31(a)"},
		facts.CureDemanded{Case: contract + "/cases/deposit-2024-05-01", Demand: day("2024-05-02"), LastDay: day("2024-05-16"), Clause: "cpc/31(a)"},
		facts.HoldPlaced{Hold: hold, Subscriptions: []string{compute, contract + "/subscriptions/backup"}, Placed: at("2024-07-03T01:00:00Z"), Clause: "cpc/31(i)"},
		facts.RestorationOffered{Hold: hold, Fee: hkd("500.00"), AccountCleared: true, DepositComplete: true, Offered: day("2024-07-18"), Clause: "cpc/32"},
		facts.RestorationOffered{Hold: hold, Fee: hkd("0.00"), Offered: day("2024-07-18"), Clause: "cpc/32"},
		facts.HoldLifted{Hold: hold, Subscriptions: []string{compute}, Lifted: at("2024-07-23T02:00:00Z"), Clause: "cpc/32"},
		facts.TerminationOrdered{Decision: contract + "/decisions/d1", Subscriptions: []string{compute}, LastDay: day("2024-07-31"), Clause: "cpc/31(ii)"},
		facts.SubscriptionEnded{Subscription: ended, Clause: "cpc/34"},
		facts.SubscriptionCancelled{Subscription: ended, Notice: day("2024-01-15")},
		facts.SubscriptionCancelled{Subscription: ended, Notice: day("2024-07-10"), Deemed: true},
		facts.TermEnded{Subscription: ended, Continues: true},
		facts.TermEnded{Subscription: ended},
		facts.CapacityCrossed{Subscription: compute, Percent: 85, At: at("2024-03-05T02:00:00Z")},
		facts.TokensLapsing{Subscription: contract + "/subscriptions/backup", Days: 60, Lapse: day("2025-02-01"), Clause: "cpc/S3/3.5(ii)"},
		facts.AssetCustodyChanged{Asset: gateway, Subscription: compute, State: "RETURN_DUE", ReturnLastDay: day("2025-10-07"), Clause: "cpc/20"},
		facts.ReplacementDemanded{Asset: gateway, Price: hkd("7200.00"), Demand: day("2025-10-08"), LastDay: day("2025-10-22"), Clause: "cpc/21"},
		facts.ReplacementWithdrawn{Asset: gateway, Clause: "cpc/21"},
	}
}

// Every notice as a reader gets it.
func TestTexts(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	var b strings.Builder
	keys := map[string]bool{}
	for _, f := range told() {
		n, ok := notices.For(cpc, f)
		if !ok {
			t.Errorf("%T makes no notice", f)
			continue
		}
		if k := n.Kind + n.About + n.Key; keys[k] && n.Kind != notices.ServiceCancelled && n.Kind != notices.TermEnded && n.Kind != notices.RestorationOffer {
			t.Errorf("%T: the key %q is taken", f, k)
		} else {
			keys[k] = true
		}
		if len(n.Citations) == 0 {
			t.Errorf("%T cites nothing", f)
		}
		b.WriteString(n.Kind + "\n" + n.Title + "\n" + n.Text + "\n")
		for _, c := range n.Citations {
			b.WriteString("  " + c.Clause + "\n")
		}
		b.WriteString("\n")
	}
	const file = "testdata/notices.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the notices changed; run the test with -update and read the difference:\n%s", b.String())
	}
}

func TestSilence(t *testing.T) {
	cpc := cpctest.Terms(t, nil)
	for _, f := range []any{
		facts.AccountCleared{},
		facts.CaseOpened{},
		facts.DecisionMade{},
		facts.AssetCustodyChanged{State: "IN_CUSTODY"},
		facts.SubscriptionEnded{},
		facts.CapacityCrossed{},
		facts.DataDeletionAllowed{Subscription: compute, From: day("2025-10-01")}, // clause 1.9 asks for no notice
	} {
		if n, ok := notices.For(cpc, f); ok {
			t.Errorf("%T makes the notice %s", f, n.Kind)
		}
	}
}
