package transport

import (
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/billing/internal/ledger"
)

// encodeLedger makes the bodies of the ledger's changes.
func encodeLedger(body any) proto.Message {
	switch b := body.(type) {
	case ledger.ChargeRecorded:
		return &billingv1.ChargeRecorded{Account: b.Account, Charge: b.Charge, Identity: b.Identity, Amount: moneyPB(b.Amount), Item: b.Item, Clause: b.Clause}
	case ledger.InvoiceIssued:
		return &billingv1.InvoiceIssued{
			Account: b.Account, Invoice: b.Invoice, InvoiceDate: datePB(b.Date), DueDate: datePB(b.Due), Total: moneyPB(b.Total), Kind: b.Kind, Identities: b.Identities,
		}
	case ledger.InvoiceSettled:
		return &billingv1.InvoiceSettled{Account: b.Account, Invoice: b.Invoice, PaidDate: datePB(b.Paid), Identities: b.Identities}
	case ledger.InvoiceOverdue:
		return &billingv1.InvoiceOverdue{Account: b.Account, Invoice: b.Invoice, DueDate: datePB(b.Due), Open: moneyPB(b.Open)}
	case ledger.StrikeRecorded:
		return &billingv1.StrikeRecorded{
			Account: b.Account, Invoice: b.Invoice, StrikeDate: datePB(b.Date), Strikes: int32(b.Strikes), DepositDemandable: b.Demandable,
		}
	case ledger.AccountOverdue:
		return &billingv1.AccountOverdue{
			Account: b.Account, Since: datePB(b.Since), OldestDue: datePB(b.OldestDue), Open: moneyPB(b.Open), Subscriptions: b.Subscriptions,
		}
	case ledger.AccountCleared:
		return &billingv1.AccountCleared{Account: b.Account, ClearedDate: datePB(b.Cleared)}
	case ledger.PaymentRecorded:
		return &billingv1.PaymentRecorded{Account: b.Account, Payment: b.Payment, ValueDate: datePB(b.ValueDate), Amount: moneyPB(b.Amount)}
	case ledger.CompensationAssessed:
		return &billingv1.CompensationAssessed{Account: b.Account, Subscription: b.Subscription, Amount: moneyPB(b.Amount), Clause: b.Clause}
	case ledger.ChargeParked:
		return &billingv1.ChargeParked{Account: b.Account, Identity: b.Identity, Reason: b.Reason}
	}
	return encodeDeposit(body)
}

func encodeDeposit(body any) proto.Message {
	switch b := body.(type) {
	case ledger.DepositDemanded:
		return &billingv1.DepositDemanded{Account: b.Account, Amount: moneyPB(b.Amount), DemandDate: datePB(b.Demand), Deadline: datePB(b.Deadline), Topup: b.TopUp}
	case ledger.DepositHeld:
		return &billingv1.DepositHeld{Account: b.Account, Balance: moneyPB(b.Balance)}
	case ledger.DepositDefaulted:
		return &billingv1.DepositDefaulted{Account: b.Account, Shortfall: moneyPB(b.Shortfall), Deadline: datePB(b.Deadline)}
	case ledger.DepositDrawn:
		return &billingv1.DepositDrawn{Account: b.Account, Amount: moneyPB(b.Amount), Balance: moneyPB(b.Balance), ValueDate: datePB(b.ValueDate)}
	case ledger.DepositRefundDue:
		return &billingv1.DepositRefundDue{Account: b.Account, Amount: moneyPB(b.Amount), Deadline: datePB(b.Deadline)}
	case ledger.DepositRefunded:
		return &billingv1.DepositRefunded{Account: b.Account, Amount: moneyPB(b.Amount), ValueDate: datePB(b.ValueDate)}
	}
	return nil
}
