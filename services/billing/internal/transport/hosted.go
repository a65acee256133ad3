package transport

import (
	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/rpc"
)

// Hosted lists billing's gRPC services for its host.
func Hosted(registry *Registry, contracts *Contracts, ledger *Ledger, changes *Changes, operations *Operations) []rpc.Hosted {
	return []rpc.Hosted{
		{Desc: &contractv1.RegistryService_ServiceDesc, Impl: registry},
		{Desc: &contractv1.ContractService_ServiceDesc, Impl: contracts},
		{Desc: &billingv1.BillingService_ServiceDesc, Impl: ledger},
		{Desc: &billingv1.ChangeService_ServiceDesc, Impl: changes},
		{Desc: OperationsDesc(), Impl: operations, Access: OperationsAccess()},
	}
}
