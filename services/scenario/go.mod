module cloudpact.dev/services/scenario

go 1.26.0

require (
	cloud.google.com/go/longrunning v1.5.0
	cloudpact.dev/gen v0.0.0
	cloudpact.dev/services/kit v0.0.0
	go.yaml.in/yaml/v3 v3.0.5
	google.golang.org/genproto v0.0.0-20261026165753-2ffab32bce7e
	google.golang.org/genproto/googleapis/api v0.0.0-20261026165753-2ffab32bce7e
	google.golang.org/genproto/googleapis/rpc v0.0.0-20261026165753-2ffab32bce7e
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.33.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace (
	cloudpact.dev/gen => ../../gen
	cloudpact.dev/services/figures => ../figures
	cloudpact.dev/services/kit => ../kit
)
