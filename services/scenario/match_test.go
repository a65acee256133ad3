package scenario

import (
	"strings"
	"testing"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"go.yaml.in/yaml/v3"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/proto"
)

func invoice() proto.Message {
	return &billingv1.Invoice{
		Name:    "providers/p/customers/c/contracts/k/accounts/main/invoices/hk-1",
		DueDate: &date.Date{Year: 2024, Month: 3, Day: 1},
		Total:   &money.Money{CurrencyCode: "HKD", Units: -1, Nanos: -500000000},
		State:   billingv1.Invoice_STATE_OVERDUE,
		Lines:   []*billingv1.InvoiceLine{{Item: "RECURRENT"}, {Item: "SETUP"}},
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct{ name, want, diff string }{
		{"subset", "{due_date: 2024-03-01, total: HKD -1.50, state: STATE_OVERDUE}", ""},
		{"day", "{due_date: 2024-03-02}", "due_date: want 2024-03-02, got 2024-03-01"},
		{"money", "{total: HKD 1.50}", "total: want HKD 1.50, got HKD -1.50"},
		{"list", "{lines: [{item: RECURRENT}, {item: SETUP}]}", ""},
		{"length", "{lines: [{item: RECURRENT}]}", "want 1 elements, got 2"},
		{"contains", "{lines: {contains: [{item: SETUP}]}}", ""},
		{"contains not", "{lines: {contains: [{item: TAX}]}}", "no element matches"},
		{"empty contains", "{lines: {contains: []}}", "contains has to be a list with elements"},
		{"count", "{lines: {count: 2}}", ""},
		{"absent", "{paid_date: {absent: true}}", ""},
		{"not absent", "{due_date: {absent: true}}", "want it absent"},
		{"unset message", "{paid_date: 2024-03-01}", "want it, got nothing"},
		{"no field", "{colour: red}", "no such field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want any
			if err := yaml.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(compare(invoice(), want), "; ")
			if (c.diff == "") != (got == "") || !strings.Contains(got, c.diff) {
				t.Errorf("compare = %q, want %q", got, c.diff)
			}
		})
	}
}

func TestSave(t *testing.T) {
	for path, want := range map[string]string{"lines.1.item": "SETUP", "lines.-1.item": "SETUP", "due_date": "2024-03-01", "total": "HKD -1.50"} {
		got, err := at(invoice().ProtoReflect(), path)
		if err != nil || got != want {
			t.Errorf("at(%s) = %q, %v, want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"lines.2.item", "colour", "name.x", "lines.x"} {
		if got, err := at(invoice().ProtoReflect(), path); err == nil {
			t.Errorf("at(%s) = %q, want an error", path, got)
		}
	}
}

func TestBuild(t *testing.T) {
	m, err := findMethod("cloudpact.billing.v1.BillingService/RecordPayment")
	if err != nil {
		t.Fatal(err)
	}
	var with map[string]any
	text := "{parent: p, payment: {amount: HKD 0.30, value_date: 2024-03-01}}"
	if err := yaml.Unmarshal([]byte(text), &with); err != nil {
		t.Fatal(err)
	}
	got, err := m.build(with)
	if err != nil {
		t.Fatal(err)
	}
	want := &billingv1.RecordPaymentRequest{Parent: "p", Payment: &billingv1.Payment{
		Amount:    &money.Money{CurrencyCode: "HKD", Nanos: 300000000},
		ValueDate: &date.Date{Year: 2024, Month: 3, Day: 1},
	}}
	if !proto.Equal(got, want) {
		t.Errorf("build = %v, want %v", got, want)
	}
	if _, err := m.build(map[string]any{"colour": "red"}); err == nil {
		t.Error("an unknown field is taken")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"steps: []",
		"title: x\ncolour: red",
		"title: x\nsteps: [{note: nothing}]",
		"title: x\nsteps: [{call: a/b, colour: red}]",
		"title: x\nsteps: [{call: a/b, want: {x: 1}, fault: NOT_FOUND X}]",
		"title: x\nsteps: [{call: a/b, fault: NOT_FOUND}]",
		"title: x\nsteps: [{at: 2024-01-01, want: {}}]",
		"title: x\n---\ntitle: y",
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("taken: %q", text)
		}
	}
}

func TestJSONRoute(t *testing.T) {
	m, err := findMethod("cloudpact.contract.v1.RegistryService/UpdateCustomer")
	if err != nil {
		t.Fatal(err)
	}
	hr, err := JSON{Base: "http://x"}.request(t.Context(), m.desc, &contractv1.UpdateCustomerRequest{
		Customer: &contractv1.Customer{Name: "providers/p/customers/c", Title: "T"}, RequestId: "r",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := hr.Method + " " + hr.URL.String(); got != "PATCH http://x/v1/providers/p/customers/c?requestId=r" {
		t.Error(got)
	}
}
