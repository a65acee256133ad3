package notices

import (
	"cloudpact.dev/services/compliance/internal/facts"
	"cloudpact.dev/services/terms"
)

// money is what billing's ledger tells: documents, arrears, the deposit.
func money(t terms.Resolved, fact any) (Notice, bool) {
	switch f := fact.(type) {
	case facts.InvoiceIssued:
		return invoice(t, f)
	case facts.InvoiceOverdue:
		return overdue(t, f), true
	case facts.DepositDemanded:
		return depositDemand(t, f), true
	case facts.DepositDrawn:
		return depositDrawn(t, f), true
	case facts.DepositRefunded:
		return depositRefunded(t, f), true
	}
	return Notice{}, false
}

func invoice(t terms.Resolved, f facts.InvoiceIssued) (Notice, bool) {
	n := Notice{Kind: Invoice, About: f.Invoice, Key: "issued"}
	if f.Total.Sign() < 0 {
		n.Title = "Credit note " + last(f.Invoice)
		n.Text = text("On "+long(f.Date)+" a credit of "+f.Total.Neg().String()+" was written to account "+last(f.Account)+
			" of agreement "+contract(f.Account)+".", "There is nothing to pay on it.")
	} else {
		n.Title = "Invoice " + last(f.Invoice) + " of " + f.Total.String()
		n.Text = text("Invoice "+last(f.Invoice)+" of "+long(f.Date)+" on account "+last(f.Account)+" of agreement "+
			contract(f.Account)+" comes to "+f.Total.String()+".", pay(t, f))
	}
	if t.Invoicing != nil {
		n.Citations = cite(t, t.Invoicing.Clause, t.Invoicing.DueClause)
	}
	return n, true
}

func pay(t terms.Resolved, f facts.InvoiceIssued) string {
	if f.Total.IsZero() || f.Due.IsZero() {
		return "There is nothing to pay."
	}
	clause := ""
	if t.Invoicing != nil {
		clause = t.Invoicing.DueClause
	}
	return "Please pay it by " + long(f.Due) + under(t, clause) + "."
}

func overdue(t terms.Resolved, f facts.InvoiceOverdue) Notice {
	n := Notice{
		Kind: PaymentOverdue, About: f.Invoice, Key: key("overdue", f.Due),
		Title: "Invoice " + last(f.Invoice) + " is overdue",
	}
	clauses := []string{}
	interest := ""
	if t.Invoicing != nil {
		clauses = append(clauses, t.Invoicing.OverdueClause, t.Invoicing.DueClause)
	}
	if t.Interest != nil {
		clauses = append(clauses, t.Interest.Clause)
		interest = "Interest may be charged until it is paid in full" + under(t, t.Interest.Clause) + "."
	}
	n.Text = text("Invoice "+last(f.Invoice)+" was due on "+long(f.Due)+"; "+f.Open.String()+" of it is unpaid.", interest)
	n.Citations = cite(t, clauses...)
	return n
}

func depositDemand(t terms.Resolved, f facts.DepositDemanded) Notice {
	n := Notice{Kind: DepositDemand, About: f.Account, Key: key("demand", f.Demand, f.TopUp)}
	clause := ""
	if t.Deposit != nil {
		if clause = t.Deposit.DemandClause; f.TopUp {
			clause = t.Deposit.DrawClause
		}
	}
	n.Title, n.Text = "A deposit of "+f.Amount.String()+" is demanded", "A deposit of "+f.Amount.String()+" is demanded"
	if f.TopUp {
		n.Title = "The deposit is to be made up by " + f.Amount.String()
		n.Text = "The deposit is short; " + f.Amount.String() + " is demanded to make it up"
	}
	n.Text += " for account " + last(f.Account) + " of agreement " + contract(f.Account) + ". Please provide it by " +
		long(f.LastOn) + under(t, clause) + "."
	n.Citations = cite(t, clause)
	return n
}

func depositDrawn(t terms.Resolved, f facts.DepositDrawn) Notice {
	n := Notice{
		Kind: DepositDrawn, About: f.Account, Key: key("drawn", f.Value, f.Balance.Decimal()),
		Title: f.Amount.String() + " was taken from the deposit",
	}
	clause := ""
	if t.Deposit != nil {
		clause = t.Deposit.DrawClause
	}
	n.Text = "On " + long(f.Value) + " " + f.Amount.String() + " of the deposit for account " + last(f.Account) +
		" of agreement " + contract(f.Account) + " was used" + under(t, clause) + ". " + f.Balance.String() + " of it is left."
	n.Citations = cite(t, clause)
	return n
}

func depositRefunded(t terms.Resolved, f facts.DepositRefunded) Notice {
	n := Notice{
		Kind: DepositRefunded, About: f.Account, Key: key("refunded", f.Value),
		Title: "The deposit is returned",
	}
	clause := ""
	if t.Deposit != nil {
		clause = t.Deposit.RefundClause
	}
	n.Text = "On " + long(f.Value) + " the deposit for account " + last(f.Account) + " of agreement " + contract(f.Account) +
		" was returned: " + f.Amount.String() + under(t, clause) + "."
	n.Citations = cite(t, clause)
	return n
}
