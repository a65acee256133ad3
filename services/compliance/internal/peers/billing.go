package peers

import (
	"slices"

	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/compliance/internal/facts"
)

// billingTypes are the changes of billing that compliance takes.
var billingTypes = append(slices.Clone(deadlineTypes),
	"contract_concluded", "contract_effective", "contract_amended", "contract_ended", "order_placed", "order_accepted",
	"subscription_changed", "commencement_set", "commencement_revoked", "term_ended", "termination_notice_changed",
	"subscription_ended", "subscription_cancelled",
	"invoice_issued", "invoice_settled", "invoice_overdue", "strike_recorded", "account_overdue", "account_cleared",
	"payment_recorded", "deposit_demanded", "deposit_held", "deposit_defaulted", "deposit_drawn", "deposit_refund_due",
	"deposit_refunded", "compensation_assessed", "charge_parked")

func decodeBilling(body []byte) (any, error) {
	c := &billingv1.Change{}
	if err := proto.Unmarshal(body, c); err != nil {
		return nil, err
	}
	for _, of := range []func(*billingv1.Change) any{bookFact, moneyFact, depositFact, notedFact} {
		if f := of(c); f != nil {
			return f, nil
		}
	}
	return deadline(c), nil
}

// bookFact is what the book tells of contracts and services.
func bookFact(c *billingv1.Change) any {
	switch b := c.GetBody().(type) {
	case *billingv1.Change_ContractConcluded:
		return facts.ContractConcluded{Contract: contract(b.ContractConcluded.GetContract())}
	case *billingv1.Change_ContractAmended:
		return facts.ContractAmended{Contract: contract(b.ContractAmended.GetContract()), From: day(b.ContractAmended.GetEffectiveDate())}
	case *billingv1.Change_ContractEnded:
		return facts.ContractEnded{Contract: b.ContractEnded.GetContract(), LastDay: day(b.ContractEnded.GetLastDay())}
	case *billingv1.Change_SubscriptionChanged:
		return facts.SubscriptionChanged{Subscription: subscription(b.SubscriptionChanged.GetSubscription())}
	case *billingv1.Change_CommencementSet:
		return facts.SubscriptionChanged{Subscription: subscription(b.CommencementSet.GetSubscription())}
	case *billingv1.Change_CommencementRevoked:
		return facts.SubscriptionChanged{Subscription: subscription(b.CommencementRevoked.GetSubscription())}
	case *billingv1.Change_TerminationNoticeChanged:
		return facts.SubscriptionChanged{Subscription: subscription(b.TerminationNoticeChanged.GetSubscription())}
	case *billingv1.Change_TermEnded:
		return facts.TermEnded{Subscription: subscription(b.TermEnded.GetSubscription()), Continues: b.TermEnded.GetContinues()}
	case *billingv1.Change_SubscriptionEnded:
		return facts.SubscriptionEnded{Subscription: subscription(b.SubscriptionEnded.GetSubscription()), Clause: b.SubscriptionEnded.GetClause()}
	case *billingv1.Change_SubscriptionCancelled:
		return facts.SubscriptionCancelled{
			Subscription: subscription(b.SubscriptionCancelled.GetSubscription()),
			Notice:       day(b.SubscriptionCancelled.GetNoticeDate()), Deemed: b.SubscriptionCancelled.GetDeemed(),
		}
	}
	return nil
}

// moneyFact is what the ledger tells of documents and arrears.
func moneyFact(c *billingv1.Change) any {
	switch b := c.GetBody().(type) {
	case *billingv1.Change_InvoiceIssued:
		f := b.InvoiceIssued
		return facts.InvoiceIssued{
			Account: f.GetAccount(), Invoice: f.GetInvoice(), Date: day(f.GetInvoiceDate()), Due: day(f.GetDueDate()),
			Total: amount(f.GetTotal()), Kind: f.GetKind(),
		}
	case *billingv1.Change_InvoiceSettled:
		f := b.InvoiceSettled
		return facts.InvoiceSettled{Account: f.GetAccount(), Invoice: f.GetInvoice(), Paid: day(f.GetPaidDate()), Identities: f.GetIdentities()}
	case *billingv1.Change_InvoiceOverdue:
		f := b.InvoiceOverdue
		return facts.InvoiceOverdue{Account: f.GetAccount(), Invoice: f.GetInvoice(), Due: day(f.GetDueDate()), Open: amount(f.GetOpen())}
	case *billingv1.Change_AccountOverdue:
		f := b.AccountOverdue
		return facts.AccountOverdue{
			Account: f.GetAccount(), Since: day(f.GetSince()), OldestDue: day(f.GetOldestDue()),
			Open: amount(f.GetOpen()), Subscriptions: f.GetSubscriptions(),
		}
	case *billingv1.Change_AccountCleared:
		return facts.AccountCleared{Account: b.AccountCleared.GetAccount(), Cleared: day(b.AccountCleared.GetClearedDate())}
	}
	return nil
}

// depositFact is what the ledger tells of the deposit.
func depositFact(c *billingv1.Change) any {
	switch b := c.GetBody().(type) {
	case *billingv1.Change_DepositDemanded:
		f := b.DepositDemanded
		return facts.DepositDemanded{
			Account: f.GetAccount(), Amount: amount(f.GetAmount()), Demand: day(f.GetDemandDate()),
			LastOn: day(f.GetDeadline()), TopUp: f.GetTopup(),
		}
	case *billingv1.Change_DepositHeld:
		return facts.DepositHeld{Account: b.DepositHeld.GetAccount(), Balance: amount(b.DepositHeld.GetBalance())}
	case *billingv1.Change_DepositDefaulted:
		f := b.DepositDefaulted
		return facts.DepositDefaulted{Account: f.GetAccount(), Shortfall: amount(f.GetShortfall()), LastOn: day(f.GetDeadline())}
	case *billingv1.Change_DepositDrawn:
		f := b.DepositDrawn
		return facts.DepositDrawn{Account: f.GetAccount(), Amount: amount(f.GetAmount()), Balance: amount(f.GetBalance()), Value: day(f.GetValueDate())}
	case *billingv1.Change_DepositRefunded:
		f := b.DepositRefunded
		return facts.DepositRefunded{Account: f.GetAccount(), Amount: amount(f.GetAmount()), Value: day(f.GetValueDate())}
	}
	return nil
}

// notedFact is what only the audit log keeps.
func notedFact(c *billingv1.Change) any {
	switch b := c.GetBody().(type) {
	case *billingv1.Change_ContractEffective, *billingv1.Change_OrderPlaced, *billingv1.Change_OrderAccepted,
		*billingv1.Change_StrikeRecorded, *billingv1.Change_PaymentRecorded, *billingv1.Change_DepositRefundDue,
		*billingv1.Change_ChargeParked:
		return facts.Noted{}
	case *billingv1.Change_CompensationAssessed:
		return facts.Noted{Clause: b.CompensationAssessed.GetClause()}
	}
	return nil
}

func contract(f *contractv1.ContractFacts) facts.Contract {
	return facts.Contract{
		Contract: f.GetContract(), Revision: f.GetTermsRevision(), Hash: f.GetTermsHash(),
		Readings: f.GetReadings(), Currency: f.GetCurrency(),
	}
}

func subscription(f *contractv1.SubscriptionFacts) facts.Subscription {
	return facts.Subscription{
		Subscription: f.GetSubscription(), Contract: contract(f.GetContract()), Kind: f.GetKind(),
		State: f.GetState().String(), Commenced: day(f.GetCommencementDate()), TermEnd: day(f.GetTermEnd()),
		LastDay: day(f.GetLastDay()), EndCause: f.GetEndCause(), Version: f.GetEndVersion(),
	}
}
