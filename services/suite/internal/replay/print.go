package replay

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	"cloudpact.dev/services/scenario"
)

// ExampleInvoice is an invoice of the demo with something to explain: a discount,
// a set-up charge and a one-off charge.
const ExampleInvoice = Account + "/invoices/hk-000002"

// Print writes the summary for readers.
func (s *Summary) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s: %s, last day %s\n", s.Contract.GetTitle(), word(s.Contract.GetState().String()), scenario.DateText(s.Contract.GetEndDate()))
	s.services(&b)
	s.documents(&b)
	s.money(&b)
	s.tokens(&b)
	s.enforcement(&b)
	s.deadlines(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// table writes rows of cells under a title.
func table(b *strings.Builder, title string, rows [][]string) {
	fmt.Fprintf(b, "\n%s\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, "  "+strings.Join(r, "\t"))
	}
	_ = t.Flush() // a strings.Builder takes everything
}

func (s *Summary) services(b *strings.Builder) {
	var rows [][]string
	for _, x := range s.Subscriptions {
		rows = append(rows, []string{
			last(x.GetName()), x.GetKind(), "from " + scenario.DateText(x.GetCommencement().GetDate()),
			"term to " + scenario.DateText(x.GetTermEnd()), word(x.GetState().String()),
			"last day " + scenario.DateText(x.GetEnd().GetLastDay()), x.GetEnd().GetClause(),
		})
	}
	table(b, "Services", rows)
}

func (s *Summary) documents(b *strings.Builder) {
	rows := [][]string{{"number", "kind", "date", "due", "total", "state", "paid"}}
	for _, x := range s.Invoices {
		rows = append(rows, []string{
			x.GetNumber(), word(x.GetKind().String()), scenario.DateText(x.GetInvoiceDate()),
			scenario.DateText(x.GetDueDate()), scenario.MoneyText(x.GetTotal()), word(x.GetState().String()), scenario.DateText(x.GetPaidDate()),
		})
	}
	table(b, fmt.Sprintf("Documents (%d)", len(s.Invoices)), rows)
}

func (s *Summary) money(b *strings.Builder) {
	rows := [][]string{
		{"balance", or(scenario.MoneyText(s.Account.GetBalance()), "nought")},
		{"payments", fmt.Sprint(len(s.Payments))},
		{"strikes", fmt.Sprint(len(s.Strikes))},
		{"deposit", word(s.Deposit.GetState().String()), deposit(s.Deposit)},
	}
	for _, p := range s.TrialBalance.GetBooks() {
		rows = append(rows, []string{"book " + strings.ToLower(p.GetBook()), scenario.MoneyText(p.GetAmount())})
	}
	table(b, "Money", rows)
}

func deposit(d *billingv1.Deposit) string {
	var parts []string
	for _, m := range d.GetMovements() {
		parts = append(parts, fmt.Sprintf("%s %s on %s", word(m.GetKind().String()), scenario.MoneyText(m.GetAmount()), scenario.DateText(m.GetValueDate())))
	}
	return strings.Join(parts, ", ")
}

func (s *Summary) tokens(b *strings.Builder) {
	rows := [][]string{{"unit", "year", "days", "allotment", "used", "expired", "available", "overage"}}
	for _, l := range s.Lots {
		rows = append(rows, []string{
			last(l.GetUnit()), fmt.Sprint(l.GetYear()),
			scenario.DateText(l.GetStartDate()) + " to " + scenario.DateText(l.GetEndDate()),
			fmt.Sprint(l.GetAllotment()), fmt.Sprint(l.GetUsed()), fmt.Sprint(l.GetExpired()), fmt.Sprint(l.GetAvailable()), fmt.Sprint(l.GetOverage()),
		})
	}
	table(b, "Service tokens", rows)
	rows = nil
	for _, o := range s.Overages {
		rows = append(rows, []string{o.GetIdentity(), o.GetOperation(), scenario.MoneyText(o.GetPrice()), word(o.GetState().String())})
	}
	table(b, "Uses beyond the tokens", rows)
}

func (s *Summary) enforcement(b *strings.Builder) {
	var rows [][]string
	for _, c := range s.Cases {
		rows = append(rows, []string{"case", last(c.GetName()), word(c.GetState().String()), "opened " + scenario.DateText(c.GetOpenedDate())})
	}
	for _, h := range s.Holds {
		rows = append(rows, []string{
			"hold", last(h.GetName()), word(h.GetState().String()),
			day(h.GetPlacedTime().AsTime()) + " to " + day(h.GetLiftedTime().AsTime()),
		})
	}
	for _, d := range s.Decisions {
		rows = append(rows, []string{"decision", strings.ToLower(d.GetAction()), word(d.GetState().String()), d.GetProposedBy() + ", then " + d.GetApprovedBy()})
	}
	for _, a := range s.Assessments {
		rows = append(rows, []string{"assessment", last(a.GetSubject()), word(a.GetVerdict().String()), clauses(a.GetExclusions())})
	}
	for _, a := range s.Assets {
		rows = append(rows, []string{"asset", a.GetTitle(), word(a.GetState().String()), scenario.MoneyText(a.GetMarketPrice())})
	}
	table(b, "Cases, holds, decisions, assessments, assets", rows)
}

func clauses[X interface{ GetClause() string }](xs []X) string {
	var out []string
	for _, x := range xs {
		out = append(out, x.GetClause())
	}
	return strings.Join(out, ", ")
}

func (s *Summary) deadlines(b *strings.Builder) {
	count := map[compliancev1.Obligation_State]int{}
	for _, o := range s.Obligations {
		count[o.GetState()]++
	}
	var rows [][]string
	for _, st := range []compliancev1.Obligation_State{
		compliancev1.Obligation_STATE_RUNNING, compliancev1.Obligation_STATE_MET, compliancev1.Obligation_STATE_MISSED,
		compliancev1.Obligation_STATE_WITHDRAWN, compliancev1.Obligation_STATE_PENDING,
	} {
		rows = append(rows, []string{word(st.String()), fmt.Sprint(count[st])})
	}
	table(b, fmt.Sprintf("Deadlines (%d) and notices (%d)", len(s.Obligations), len(s.Notices)), rows)
}

// word turns STATE_PARTLY_PAID into "partly paid".
func word(enum string) string {
	_, rest, ok := strings.Cut(enum, "_")
	if !ok {
		rest = enum
	}
	return strings.ToLower(strings.ReplaceAll(rest, "_", " "))
}

func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func day(t time.Time) string {
	if t.Year() < 2000 {
		return "now"
	}
	return t.In(zone).Format(time.DateOnly)
}

var zone = time.FixedZone("HKT", 8*60*60)

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
