package main

import (
	"fmt"
	"testing"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/figures/ratio"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/rig"
	gmoney "google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// derivations counts and checks what the API explains.
type derivations struct {
	t    *testing.T
	seen int
}

// check evaluates an explanation again, as anybody can who reads the API, and
// compares its result with the figure, where there is one.
func (d *derivations) check(what string, e *typev1.Explanation, figure string) {
	d.t.Helper()
	if len(e.GetSteps()) == 0 {
		d.t.Errorf("%s has no derivation", what)
		return
	}
	d.seen++
	values, err := explain.Eval(fromWire(e))
	if err != nil {
		d.t.Errorf("%s: %v", what, err)
		return
	}
	if figure != "" && values[e.GetResult()] != figure {
		d.t.Errorf("%s is %s, its derivation gives %s", what, figure, values[e.GetResult()])
	}
	for _, s := range e.GetSteps() {
		if len(s.GetCitations()) > 0 {
			return
		}
	}
	d.t.Errorf("%s cites no clause", what)
}

func fromWire(e *typev1.Explanation) explain.Explanation {
	out := explain.Explanation{Result: e.GetResult()}
	for _, s := range e.GetSteps() {
		step := explain.Step{ID: s.GetId(), Op: explain.Op(s.GetOperation()), Result: s.GetValue(), Unit: s.GetUnit(), Note: s.GetNote()}
		for _, o := range s.GetOperands() {
			op := explain.Operand{Literal: o.GetLiteral(), Step: o.GetStep()}
			if f := o.GetFact(); f != nil {
				op.Fact = &explain.Fact{Name: f.GetName(), Value: f.GetValue()}
			}
			step.Operands = append(step.Operands, op)
		}
		if r := s.GetRounding(); r != nil {
			step.Rounding = &explain.Rounding{Mode: ratio.Mode(r.GetMode()), Places: int(r.GetPlaces())}
		}
		for _, c := range s.GetCitations() {
			step.Citations = append(step.Citations, explain.Citation{Terms: c.GetTerms(), Revision: c.GetRevision(), Clause: c.GetClause()})
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// exact writes money as the derivation does: an exact number of major units.
func exact(t *testing.T, m *gmoney.Money) string {
	t.Helper()
	v, err := money.ParseText(scenario.MoneyText(m))
	if err != nil {
		t.Fatal(err)
	}
	return v.Ratio().String()
}

// TestEveryFigureOfTheDemoIsExplained plays the demo and evaluates every
// derivation that the API gives again.
func TestEveryFigureOfTheDemoIsExplained(t *testing.T) {
	t.Parallel()
	r := rig.Start(t, rig.Default)
	if _, _, err := r.Play(t.Context(), "demo/demo.yaml"); err != nil {
		t.Fatal(err)
	}
	d := &derivations{t: t}
	const contract = "providers/demo/customers/harbour/contracts/smartcloud"
	account := contract + "/accounts/main"
	invoices := answer[*billingv1.ListInvoicesResponse](t, r, &billingv1.ListInvoicesRequest{Parent: account, PageSize: 1000, View: billingv1.View_VIEW_FULL}, "billing.v1.BillingService.ListInvoices")
	for _, i := range invoices.GetInvoices() {
		for n, l := range i.GetLines() {
			d.check(fmt.Sprintf("%s line %d (%s)", i.GetNumber(), n+1, l.GetIdentity()), l.GetExplanation(), exact(t, l.GetAmount()))
			if len(l.GetCitations()) == 0 {
				t.Errorf("%s line %d cites no clause", i.GetNumber(), n+1)
			}
		}
		full := answer[*billingv1.ExplainInvoiceResponse](t, r, &billingv1.ExplainInvoiceRequest{Name: i.GetName()}, "billing.v1.BillingService.ExplainInvoice")
		d.check(i.GetNumber()+" due date", full.GetDueDate(), scenario.DateText(i.GetDueDate()))
		if len(full.GetText()) == 0 {
			t.Errorf("%s is not told in words", i.GetNumber())
		}
	}
	interest := answer[*billingv1.ListInterestResponse](t, r, &billingv1.ListInterestRequest{Parent: account}, "billing.v1.BillingService.ListInterest")
	for _, a := range interest.GetAccruals() {
		d.check("interest on "+a.GetInvoice(), a.GetExplanation(), exact(t, a.GetAmount()))
	}
	lots := answer[*tokenv1.ListLotsResponse](t, r, &tokenv1.ListLotsRequest{Parent: contract + "/subscriptions/backup", PageSize: 1000, View: tokenv1.View_VIEW_FULL}, "token.v1.TokenService.ListLots")
	for _, l := range lots.GetLots() {
		d.check(l.GetName(), l.GetExplanation(), fmt.Sprint(l.GetAllotment()))
	}
	judged := answer[*slav1.ListAssessmentsResponse](t, r, &slav1.ListAssessmentsRequest{Parent: "providers/demo/targets/harbour-vm-2", PageSize: 1000}, "sla.v1.SlaService.ListAssessments")
	for _, a := range judged.GetAssessments() {
		d.check(a.GetName(), a.GetExplanation(), "")
	}
	if d.seen < 100 {
		t.Errorf("only %d derivations", d.seen)
	}
}

// answer calls a method of the suite as the auditor.
func answer[M proto.Message](t *testing.T, r *rig.Rig, req proto.Message, method protoreflect.FullName) M {
	t.Helper()
	desc, err := protoregistry.GlobalFiles.FindDescriptorByName("cloudpact." + method)
	if err != nil {
		t.Fatal(err)
	}
	token, err := r.Token("auditor")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Caller.Call(t.Context(), scenario.Call{Method: desc.(protoreflect.MethodDescriptor), Request: req, Token: token})
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return got.Message.(M)
}
