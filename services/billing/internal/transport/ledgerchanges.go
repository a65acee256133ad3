package transport

import (
	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/billing/internal/ledger"
	"cloudpact.dev/services/kit/wire"
)

// encodeLedger makes the bodies of the ledger's changes.
func encodeLedger(body any) proto.Message {
	switch b := body.(type) {
	case ledger.ChargeRecorded:
		return &billingv1.ChargeRecorded{Account: b.Account, Charge: b.Charge, Identity: b.Identity, Amount: wire.ToMoney(b.Amount), Item: b.Item, Clause: b.Clause}
	case ledger.InvoiceIssued:
		return &billingv1.InvoiceIssued{
			Account: b.Account, Invoice: b.Invoice, InvoiceDate: wire.ToDate(b.Date), DueDate: wire.ToDate(b.Due), Total: wire.ToMoney(b.Total), Kind: b.Kind, Identities: b.Identities,
		}
	case ledger.InvoiceSettled:
		return &billingv1.InvoiceSettled{Account: b.Account, Invoice: b.Invoice, PaidDate: wire.ToDate(b.Paid), Identities: b.Identities}
	case ledger.InvoiceOverdue:
		return &billingv1.InvoiceOverdue{Account: b.Account, Invoice: b.Invoice, DueDate: wire.ToDate(b.Due), Open: wire.ToMoney(b.Open)}
	case ledger.StrikeRecorded:
		return &billingv1.StrikeRecorded{
			Account: b.Account, Invoice: b.Invoice, StrikeDate: wire.ToDate(b.Date), Strikes: int32(b.Strikes), DepositDemandable: b.Demandable,
		}
	case ledger.AccountOverdue:
		return &billingv1.AccountOverdue{
			Account: b.Account, Since: wire.ToDate(b.Since), OldestDue: wire.ToDate(b.OldestDue), Open: wire.ToMoney(b.Open), Subscriptions: b.Subscriptions,
		}
	case ledger.AccountCleared:
		return &billingv1.AccountCleared{Account: b.Account, ClearedDate: wire.ToDate(b.Cleared)}
	case ledger.PaymentRecorded:
		return &billingv1.PaymentRecorded{Account: b.Account, Payment: b.Payment, ValueDate: wire.ToDate(b.ValueDate), Amount: wire.ToMoney(b.Amount)}
	case ledger.CompensationAssessed:
		return &billingv1.CompensationAssessed{Account: b.Account, Subscription: b.Subscription, Amount: wire.ToMoney(b.Amount), Clause: b.Clause}
	case ledger.ChargeParked:
		return &billingv1.ChargeParked{Account: b.Account, Identity: b.Identity, Reason: b.Reason}
	}
	return encodeDeposit(body)
}

func encodeDeposit(body any) proto.Message {
	switch b := body.(type) {
	case ledger.DepositDemanded:
		return &billingv1.DepositDemanded{Account: b.Account, Amount: wire.ToMoney(b.Amount), DemandDate: wire.ToDate(b.Demand), Deadline: wire.ToDate(b.Deadline), Topup: b.TopUp}
	case ledger.DepositHeld:
		return &billingv1.DepositHeld{Account: b.Account, Balance: wire.ToMoney(b.Balance)}
	case ledger.DepositDefaulted:
		return &billingv1.DepositDefaulted{Account: b.Account, Shortfall: wire.ToMoney(b.Shortfall), Deadline: wire.ToDate(b.Deadline)}
	case ledger.DepositDrawn:
		return &billingv1.DepositDrawn{Account: b.Account, Amount: wire.ToMoney(b.Amount), Balance: wire.ToMoney(b.Balance), ValueDate: wire.ToDate(b.ValueDate)}
	case ledger.DepositRefundDue:
		return &billingv1.DepositRefundDue{Account: b.Account, Amount: wire.ToMoney(b.Amount), Deadline: wire.ToDate(b.Deadline)}
	case ledger.DepositRefunded:
		return &billingv1.DepositRefunded{Account: b.Account, Amount: wire.ToMoney(b.Amount), ValueDate: wire.ToDate(b.ValueDate)}
	}
	return nil
}
