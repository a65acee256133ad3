module cloudpact.dev/services/terms

go 1.26.0

require (
	cloudpact.dev/gen v0.0.0
	cloudpact.dev/services/figures v0.0.0
	github.com/google/go-cmp v0.7.0
	go.yaml.in/yaml/v3 v3.0.5
	google.golang.org/protobuf v1.36.12
)

replace (
	cloudpact.dev/gen => ../../gen
	cloudpact.dev/services/figures => ../figures
)
