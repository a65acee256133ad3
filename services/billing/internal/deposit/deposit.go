// Package deposit is the interest-free security against non-payment: its states,
// time limits, draws and refund (cpc/12, cpc/13, cpc/14).
package deposit

import (
	"cloudpact.dev/services/billing/internal/allocation"
	"cloudpact.dev/services/billing/internal/tariff"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/figures/money"
	"cloudpact.dev/services/terms"
)

// State of a deposit.
type State string

// The states.
const (
	None          State = "NONE"
	Demandable    State = "DEMANDABLE"
	Demanded      State = "DEMANDED"
	Held          State = "HELD"
	Short         State = "SHORT"
	TopUpDemanded State = "TOPUP_DEMANDED"
	Defaulted     State = "DEFAULTED"
	RefundDue     State = "REFUND_DUE"
	Refunded      State = "REFUNDED"
	KindReceipt         = "RECEIPT"
	KindDraw            = "DRAW"
	KindRefund          = "REFUND"
	KindCost            = "COST"
	reasonState         = "DEPOSIT_STATE"
	reasonStrikes       = "DEPOSIT_NOT_DEMANDABLE"
	reasonAmount        = "AMOUNT_EXCEEDS"
	reasonDraw          = "DRAW_NOT_ALLOWED"
	reasonRefund        = "NOTHING_TO_REFUND"
)

// Deposit is the security of one account.
type Deposit struct {
	State State `json:"state"`
	// Required is what was demanded, Balance what is held, Costs what holding it
	// cost so far.
	Required   money.Money `json:"required"`
	Balance    money.Money `json:"balance"`
	Costs      money.Money `json:"costs"`
	DemandDate date.Date   `json:"demand_date,omitzero"`
	// Deadline is the last day to provide, top up or refund.
	Deadline  date.Date  `json:"deadline,omitzero"`
	Movements []Movement `json:"movements,omitempty"`
	Version   int64      `json:"version"`
}

// Movement is one change of the balance.
type Movement struct {
	ID          string              `json:"id"`
	Kind        string              `json:"kind"`
	Amount      money.Money         `json:"amount"`
	Date        date.Date           `json:"date"`
	Shares      []allocation.Share  `json:"shares,omitempty"`
	Explanation explain.Explanation `json:"explanation,omitzero"`
}

// Refusal says why a step is not allowed.
type Refusal struct {
	Reason, Message string
}

// Error is the message.
func (r *Refusal) Error() string { return r.Message }

// New is the deposit of an account from which none was demanded.
func New(currency string) Deposit {
	z := money.Zero(currency)
	return Deposit{State: None, Required: z, Balance: z, Costs: z}
}

// Movement finds a movement by its id.
func (d Deposit) Movement(id string) (Movement, bool) {
	for _, m := range d.Movements {
		if m.ID == id {
			return m, true
		}
	}
	return Movement{}, false
}

// Allow opens the demand once the strikes suffice.
func Allow(d Deposit) Deposit {
	if d.State == None {
		d.State = Demandable
	}
	return d
}

// Demand is the provider's notice of a day: for the deposit itself, or for what
// is missing of it. The amount of a top-up is the shortfall and must be zero
// here.
func Demand(r terms.Resolved, d Deposit, amount money.Money, on date.Date, ended bool) (Deposit, error) {
	switch {
	case ended:
		return d, &Refusal{reasonState, "the contract has ended: the deposit is to be returned, not demanded"}
	case d.State == None:
		return d, &Refusal{reasonStrikes, "too few late payments: a deposit cannot be demanded yet"}
	case d.State == Demandable:
		if amount.Sign() <= 0 {
			return d, &Refusal{reasonAmount, "name the amount of the deposit, above zero"}
		}
		d.State, d.Required, d.Deadline = Demanded, amount, on.AddDays(int(r.Deposit.ProvideDays))
	case d.State == Short || d.State == Defaulted && d.Balance.Cmp(d.Required) < 0 && d.Balance.Sign() > 0:
		if !amount.IsZero() {
			return d, &Refusal{reasonAmount, "a top-up is the shortfall: leave the amount empty"}
		}
		d.State, d.Deadline = TopUpDemanded, on.AddDays(int(r.Deposit.TopUpDays))
	default:
		return d, &Refusal{reasonState, "the deposit is " + string(d.State) + ": nothing can be demanded"}
	}
	d.DemandDate = on
	return d, nil
}

// Shortfall is what is missing of the demanded amount.
func (d Deposit) Shortfall() money.Money {
	return money.Max(d.Required.Sub(d.Balance), money.Zero(d.Required.Currency))
}

// Receive adds money from the customer, also after the time limit has passed.
func Receive(r terms.Resolved, d Deposit, id string, amount money.Money, on date.Date) (Deposit, error) {
	switch d.State {
	case Demanded, Defaulted, Short, TopUpDemanded:
	default:
		return d, &Refusal{reasonState, "the deposit is " + string(d.State) + ": nothing is to be provided"}
	}
	if amount.Cmp(d.Shortfall()) > 0 {
		return d, &Refusal{reasonAmount, "at most " + d.Shortfall().String() + " is missing"}
	}
	b := explain.New(tariff.Cite(r, r.Deposit.Clause, r.Deposit.Forms.Reading), tariff.Cite(r, r.Deposit.DemandClause, r.Deposit.Amount.Reading, r.Deposit.IncreaseAllowed.Reading))
	v := b.Min(b.FactMoney("received", amount), b.FactMoney("deposit#missing", d.Shortfall())).Note("held without interest")
	d.Balance = d.Balance.Add(amount)
	d = d.with(Movement{ID: id, Kind: KindReceipt, Amount: amount, Date: on, Explanation: b.Explanation(v)})
	if d.Shortfall().IsZero() {
		d.State, d.Deadline = Held, date.Date{}
	}
	return d, nil
}

func (d Deposit) with(m Movement) Deposit {
	moves := make([]Movement, len(d.Movements), len(d.Movements)+1)
	copy(moves, d.Movements)
	d.Movements = append(moves, m)
	return d
}

// Miss records that the time to provide or top up has passed.
func Miss(d Deposit) (Deposit, bool) {
	if d.State != Demanded && d.State != TopUpDemanded {
		return d, false
	}
	d.State = Defaulted
	return d, true
}

// DrawableFrom is the first day on which a debt with a due date may be met from
// the deposit.
func DrawableFrom(r terms.Resolved, due date.Date) date.Date {
	return due.AddDays(int(r.Deposit.DrawAfterDays) + 1)
}

// Draw uses the deposit for open debts of which owed is the sum; the amount is at
// most what is held and what is owed. The notice went before or on the same day.
func Draw(r terms.Resolved, d Deposit, id string, amount, owed money.Money, notice, on date.Date, loss bool) (Deposit, error) {
	switch d.State {
	case Held, Short, TopUpDemanded, Defaulted, RefundDue:
	default:
		return d, &Refusal{reasonState, "the deposit is " + string(d.State) + ": nothing is held"}
	}
	switch {
	case loss && !r.Deposit.DrawForLoss:
		return d, &Refusal{reasonDraw, "the agreement does not let the deposit be used for losses"}
	case notice.After(on):
		return d, &Refusal{reasonDraw, "the customer is told before the draw or on the same day"}
	case owed.Sign() <= 0:
		return d, &Refusal{reasonDraw, "nothing is unpaid that the deposit may be used for yet"}
	case amount.Cmp(money.Min(d.Balance, owed)) > 0:
		return d, &Refusal{reasonDraw, "at most " + money.Min(d.Balance, owed).String() + " may be drawn"}
	}
	b := explain.New(tariff.Cite(r, r.Deposit.DrawClause, r.Deposit.DrawNotice.Reading, r.Deposit.DrawOrder.Reading, r.Deposit.DrawStopsInterest.Reading))
	v := b.Min(b.FactMoney("deposit#balance", d.Balance), b.FactMoney("unpaid", owed), b.FactMoney("draw#asked", amount)).
		Note("at most what is held and what is owed")
	d.Balance = d.Balance.Sub(amount)
	d = d.with(Movement{ID: id, Kind: KindDraw, Amount: amount, Date: on, Explanation: b.Explanation(v)})
	if d.State == Held {
		d.State = Short
	}
	return d, nil
}

// WithShares puts the documents that a draw settled on its movement.
func (d Deposit) WithShares(id string, shares []allocation.Share) Deposit {
	moves := make([]Movement, len(d.Movements))
	copy(moves, d.Movements)
	for i := range moves {
		if moves[i].ID == id {
			moves[i].Shares = shares
		}
	}
	d.Movements = moves
	return d
}

// Cost records what holding or using the deposit cost the provider; it is taken
// off the refund.
func Cost(d Deposit, id string, amount money.Money, on date.Date) (Deposit, error) {
	switch d.State {
	case Held, Short, TopUpDemanded, Defaulted, RefundDue:
	default:
		return d, &Refusal{reasonState, "the deposit is " + string(d.State) + ": nothing is held"}
	}
	d.Costs = d.Costs.Add(amount)
	return d.with(Movement{ID: id, Kind: KindCost, Amount: amount, Date: on}), nil
}

// End is what the end of the contract means: what is held is to be returned.
func End(r terms.Resolved, d Deposit, ended date.Date) Deposit {
	switch d.State {
	case Refunded, RefundDue:
		return d
	}
	if d.Balance.Sign() <= 0 {
		d.State, d.Deadline = None, date.Date{}
		return d
	}
	d.State, d.Deadline = RefundDue, ended.AddDays(int(r.Deposit.RefundDays))
	return d
}

// Refundable is what would be returned: the balance less holding costs and less
// what may still be drawn, not below zero, with its derivation.
func Refundable(r terms.Resolved, d Deposit, owed money.Money) (money.Money, explain.Explanation) {
	cur := d.Balance.Currency
	b := explain.New()
	v := b.FactMoney("deposit#balance", d.Balance)
	if r.Deposit.HoldingCostsDeducted {
		v = b.Sub(v, b.FactMoney("deposit#holding_costs", d.Costs))
	}
	v = b.Sub(v, b.FactMoney("unpaid", owed)).Cite(r.Cite(r.Deposit.DrawClause))
	v = b.RoundMoney(b.Max(v, b.Int(0)), cur, "").Cite(tariff.Cite(r, r.Deposit.RefundClause, r.Deposit.RefundHold.Reading)).
		Note("balance less holding costs and permitted draws, without interest")
	return v.Money(cur), b.Explanation(v)
}

// Refund returns the deposit. It waits while documents are unpaid.
func Refund(r terms.Resolved, d Deposit, id string, owed money.Money, on date.Date) (Deposit, Movement, error) {
	if d.State != RefundDue {
		return d, Movement{}, &Refusal{reasonState, "the deposit is " + string(d.State) + ": no refund is due"}
	}
	if owed.Sign() > 0 && r.Is(r.Deposit.RefundHold, "UNTIL_OUTSTANDING_SETTLED") {
		return d, Movement{}, &Refusal{reasonState, "the refund waits until " + owed.String() + " is settled"}
	}
	amount, how := Refundable(r, d, owed)
	if amount.IsZero() {
		return d, Movement{}, &Refusal{reasonRefund, "holding costs and draws have used the deposit up"}
	}
	m := Movement{ID: id, Kind: KindRefund, Amount: amount, Date: on, Explanation: how}
	d = d.with(m)
	d.State, d.Balance = Refunded, money.Zero(d.Balance.Currency)
	return d, m, nil
}
