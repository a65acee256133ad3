package transport

import (
	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
)

// The gRPC services that billing hosts.
var (
	RegistryServiceDesc = &contractv1.RegistryService_ServiceDesc
	ContractServiceDesc = &contractv1.ContractService_ServiceDesc
	BillingServiceDesc  = &billingv1.BillingService_ServiceDesc
	ChangeServiceDesc   = &billingv1.ChangeService_ServiceDesc
)
