# The journey that Remora is for: a function in a private subnet reads a real database. Sourced by ./remora quickstart.
# Every command that it prints is run as printed, by the real AWS CLI.

work=$(mktemp -d "${TMPDIR:-/tmp}/remora-quickstart.XXXXXX")
server=
began=$SECONDS

leave() {
    local status=$?
    if [ -n "$server" ] && kill -TERM "$server" 2> /dev/null; then
        wait "$server" 2> /dev/null || true
    fi
    if [ $status != 0 ] && [ -s "$work/server.log" ]; then
        say "The quickstart failed. The server's last words:"
        tail -20 "$work/server.log" >&2
    fi
    rm -rf "$work"
    exit $status
}
trap leave EXIT
trap 'exit 130' INT TERM

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# The arguments as they would be typed: quoted where the shell needs it.
typed() {
    local argument quoted=()
    for argument in "$@"; do
        case $argument in
            *[!A-Za-z0-9_./:,=@%+-]* | '') quoted+=("'$argument'") ;;
            *) quoted+=("$argument") ;;
        esac
    done
    printf '%s' "${quoted[*]}"
}

# Prints a command, runs it, and keeps what it printed in $out.
run() {
    printf '$ aws %s\n' "$(typed "$@")"
    out=$(command aws --endpoint-url "$endpoint" --output text "$@")
    [ -z "$out" ] || printf '%s\n' "$out" | sed 's/^/  /'
}

# Asks until the answer is the one wanted: wait_for WHAT SECONDS ANSWER COMMAND...
wait_for() {
    local what=$1 limit=$((SECONDS + $2)) wanted=$3 answer
    shift 3
    printf '  waiting for %s ' "$what"
    while answer=$(command aws --endpoint-url "$endpoint" --output text "$@" 2> /dev/null || echo gone); [ "$answer" != "$wanted" ]; do
        [ $SECONDS -lt $limit ] || die "$what took too long; it is: $answer"
        printf '.'
        sleep 0.3
    done
    printf ' %s\n' "${wanted:-done}"
}

step "Starting a server of its own, with no way to the internet"
printf '$ remora start --ephemeral --port 0 --internet=closed\n'
"$root/remora" start --ephemeral --port 0 --internet=closed > "$work/server.log" 2>&1 &
server=$!
until grep -q '^Ready\.' "$work/server.log"; do
    kill -0 $server 2> /dev/null || die "the server did not start"
    sleep 0.1
done
endpoint=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$work/server.log" | head -1)
printf '  %s\n' "$(grep -F "$endpoint" "$work/server.log" | head -1)"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER= AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
cd "$work"

step "A VPC with two private subnets; the group db lets in the group app only"
run ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId
vpc=$out
run ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone us-east-1a --query Subnet.SubnetId
subnet_a=$out
run ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.2.0/24 --availability-zone us-east-1b --query Subnet.SubnetId
subnet_b=$out
run ec2 create-security-group --vpc-id $vpc --group-name app --description functions --query GroupId
app=$out
run ec2 create-security-group --vpc-id $vpc --group-name db --description databases --query GroupId
db=$out
rule="--protocol tcp --port 5432 --source-group $app"
run ec2 authorize-security-group-ingress --group-id $db $rule --query Return

step "A real PostgreSQL in the private subnets"
run rds create-db-subnet-group --db-subnet-group-name private --db-subnet-group-description "two zones" \
    --subnet-ids $subnet_a $subnet_b --query DBSubnetGroup.SubnetGroupStatus
run rds create-db-instance --db-instance-identifier shop --engine postgres --db-instance-class db.t3.micro --allocated-storage 20 \
    --master-username keeper --master-user-password correct-horse --db-name shop --db-subnet-group-name private \
    --vpc-security-group-ids $db --query DBInstance.DBInstanceStatus

step "A role for the function, while the database starts"
printf '%s' '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}' > trust.json
run iam create-role --role-name reader --assume-role-policy-document file://trust.json --query Role.Arn
role=$out
run iam attach-role-policy --role-name reader --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole
wait_for "the database" 60 available rds describe-db-instances --db-instance-identifier shop --query 'DBInstances[0].DBInstanceStatus'
run rds describe-db-instances --db-instance-identifier shop --query 'DBInstances[0].Endpoint.Address'
host=$out

step "A function in the same subnets, with a real PostgreSQL driver in its zip"
cp "$root/scripts/quickstart/index.js" .
cp -r "$dist/quickstart/node_modules" .
python3 -m zipfile -c function.zip index.js node_modules/
vpc_config="SubnetIds=$subnet_a,$subnet_b,SecurityGroupIds=$app"
settings="Variables={DB_HOST=$host,DB_USER=keeper,DB_PASSWORD=correct-horse}"
run lambda create-function --function-name reader --runtime nodejs22.x --handler index.handler --role $role --timeout 10 \
    --zip-file fileb://function.zip --vpc-config $vpc_config --environment $settings --query State
printf '$ aws lambda wait function-active-v2 --function-name reader\n'
wait_for "the function" 30 Active lambda get-function-configuration --function-name reader --query State
run ec2 describe-network-interfaces --filters Name=vpc-id,Values=$vpc \
    --query 'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,PrivateIpAddress,Description]'

invoke() {
    run lambda invoke --function-name "$1" --cli-binary-format raw-in-base64-out --payload "{\"guest\":\"$2\"}" answer.json --query FunctionError
    printf '$ cat answer.json\n  %s\n' "$(cat answer.json)"
}
# The first version of the CLI takes the payload as it is, and does not know the option.
case $(command aws --version 2>&1) in
    aws-cli/1*)
        invoke() {
            run lambda invoke --function-name "$1" --payload "{\"guest\":\"$2\"}" answer.json --query FunctionError
            printf '$ cat answer.json\n  %s\n' "$(cat answer.json)"
        } ;;
esac

step "It writes a row and reads it back"
invoke reader ada
grep -q '"guest":"ada"' answer.json || die "the function did not read its row"
cp answer.json first.json

step "A second function with the same subnets and groups shares the interfaces"
run lambda create-function --function-name second --runtime nodejs22.x --handler index.handler --role $role --timeout 10 \
    --zip-file fileb://function.zip --vpc-config $vpc_config --environment $settings --query State
wait_for "the second function" 30 Active lambda get-function-configuration --function-name second --query State
run ec2 describe-network-interfaces --filters Name=vpc-id,Values=$vpc Name=interface-type,Values=lambda \
    --query 'NetworkInterfaces[].NetworkInterfaceId'

step "Without the rule of db, new connections are dropped, and it can be said why"
run ec2 revoke-security-group-ingress --group-id $db $rule --query Return
invoke reader grace
printf '$ remora drops reader\n'
REMORA_ENDPOINT=$endpoint "$root/remora" drops reader | sed 's/^/  /'

step "With the rule it works again"
run ec2 authorize-security-group-ingress --group-id $db $rule --query Return
invoke reader grace
grep -q '"guest":"grace"' answer.json || die "the function did not read its row"
cp answer.json last.json

step "Everything is deleted again"
run lambda delete-function --function-name reader --query StatusCode
run lambda delete-function --function-name second --query StatusCode
run rds delete-db-instance --db-instance-identifier shop --skip-final-snapshot --query DBInstance.DBInstanceStatus
wait_for "the interfaces to go" 60 '' ec2 describe-network-interfaces --filters Name=vpc-id,Values=$vpc \
    --query 'NetworkInterfaces[].NetworkInterfaceId'
wait_for "the database to go" 60 gone rds describe-db-instances --db-instance-identifier shop --query 'DBInstances[0].DBInstanceStatus'
run rds delete-db-subnet-group --db-subnet-group-name private
run ec2 delete-subnet --subnet-id $subnet_a
run ec2 delete-subnet --subnet-id $subnet_b
run ec2 delete-security-group --group-id $db --query Return
run ec2 delete-security-group --group-id $app --query Return
run ec2 delete-vpc --vpc-id $vpc

step "Done in $((SECONDS - began)) seconds. The function read from the database:"
printf '  %s\n' "$(cat "$work/last.json")"
cat << 'NEXT'

To go on:
  remora start                  starts a server that keeps what you make
  eval "$(remora env)"          points AWS's own tools and SDKs to it
  remora aws ec2 describe-vpcs  or runs the AWS CLI against it
NEXT
