# What remora, test and bench need of the host: a JDK, Debian packages, a build. Sourced by them, never run.
# Expects $root (the checkout) and sets $java_home, $dist. Prints only when it does something that takes time.

jdk_wanted=25
dist="$root/app/target/dist"

say() { printf '%s\n' "$*" >&2; }

die() {
    printf 'remora: %s\n' "$*" >&2
    exit 1
}

require_linux() {
    if [ "$(uname -s)" != Linux ] || [ "$(uname -m)" != x86_64 ]; then
        die "Remora runs on Linux x86-64 only: its networks are the Linux kernel's. On macOS or Windows use a Linux virtual machine."
    fi
}

require_root() {
    [ "$(id -u)" = 0 ] || die "$1 needs root, because it makes network namespaces: run it with sudo."
}

# The feature release of the JDK in folder $1, or nothing. Reads its release file: starting it would take 50 ms each.
jdk_release() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Sets java_home to the first JDK that is new enough: JAVA_HOME, the PATH, the usual folders.
find_jdk() {
    local candidate release on_path=
    java_home=
    if command -v javac > /dev/null; then
        on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    fi
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/*; do
        [ -n "$candidate" ] || continue
        release=$(jdk_release "$candidate")
        if [ -n "$release" ] && [ "$release" -ge $jdk_wanted ]; then
            java_home=$candidate
            return 0
        fi
    done
    return 1
}

require_jdk() {
    find_jdk && return 0
    local package=openjdk-$jdk_wanted-jdk-headless
    if [ "$(id -u)" = 0 ] && can_install "$package"; then
        install_packages "$package"
        find_jdk && return 0
    fi
    die "no JDK $jdk_wanted or newer was found in JAVA_HOME, on the PATH, in /usr/lib/jvm or in /opt." \
        "Install one (package $package where the distribution has it, or any vendor's) and set JAVA_HOME to its folder."
}

apt_updated=
update_apt() {
    [ -n "$apt_updated" ] && return 0
    command -v apt-get > /dev/null || return 1
    say "Reading the distribution's list of packages ..."
    apt-get -qq -o Acquire::Retries=5 update > /dev/null || return 1
    apt_updated=yes
}

can_install() {
    command -v apt-cache > /dev/null || return 1
    apt-cache show "$1" > /dev/null 2>&1 && return 0
    update_apt && apt-cache show "$1" > /dev/null 2>&1
}

install_packages() {
    [ "$(id -u)" = 0 ] || die "these packages are missing: $*. Install them, or run this as root."
    command -v apt-get > /dev/null || die "these programs' packages are missing, and there is no apt-get to install them with: $*"
    update_apt || die "apt-get update failed; these packages are missing: $*"
    say "Installing packages: $*"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=5 install --no-install-recommends "$@" > /dev/null < /dev/null \
        || die "apt-get could not install: $*"
}

# Installs the packages of the pairs program=package whose program is not on the PATH.
install_missing() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" > /dev/null || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

install_build_tools() {
    install_missing mvn=maven cc=gcc
    [ -e /usr/include/stdlib.h ] || install_packages libc6-dev
}

# What functions run with, the AWS CLI, and the way to the internet.
install_runtimes() {
    install_missing python3=python3 node=nodejs npm=npm aws=awscli pasta=passt
    local system_python=/usr/bin/python3
    if [ -x $system_python ] && ! $system_python -c 'import boto3' 2> /dev/null; then
        install_packages python3-boto3
    fi
}

# One line that changes when any source changes. Times and sizes only: reading every file would be felt at each start.
sources_stamp() {
    (cd "$root" && find . \( -name target -o -name .git -o -name node_modules -o -name docs \) -prune -o \
        \( -path '*/src/main/*' -o -name pom.xml -o -path './app/clients/*' -o -path './scripts/quickstart/*' \) -type f -printf '%p %s %T@\n') \
        | LC_ALL=C sort | sha256sum | cut -d' ' -f1
}

built() { [ -r "$dist/stamp" ] && [ "$(cat "$dist/stamp")" = "$1" ]; }

# Builds the distribution if the sources are not those that it was built from. Who comes second waits for who came first.
build() {
    local stamp
    stamp=$(sources_stamp)
    built "$stamp" && return 0
    mkdir -p "$root/app/target"
    exec 8> "$root/app/target/build.lock"
    flock 8
    if ! built "$stamp"; then
        build_now "$stamp"
    fi
    exec 8>&-
}

build_now() {
    local stamp=$1
    command -v mvn > /dev/null || install_build_tools
    say "Building (a few minutes the first time) ..."
    local log=$root/app/target/build.log
    # Not overwritten in place: a server that runs still reads the old files.
    rm -rf "$dist/lib" "$dist/remora.aot" "$dist/no-aot"
    if ! (cd "$root" && JAVA_HOME=$java_home mvn -B -ntp -q -pl app -am package -DskipTests) > "$log" 2>&1; then
        tail -40 "$log" >&2
        die "the build failed; all that it said is in $log"
    fi
    install_clients
    unpack_engines
    printf '%s\n' "$stamp" > "$dist/stamp"
}

# The engines of databases and caches that are Debian's, each package in a folder of ours with the libraries that the host lacks.
# They are unpacked and not installed: an installed one would start a service, make accounts and open a port of this host.
unpack_engines() {
    local package missing=()
    for package in mariadb-server-core pgbouncer memcached redis-server valkey-server; do
        [ -d "$dist/engines/$package" ] || missing+=("$package")
    done
    # Not every distribution has every engine, so the list of packages is read anew only where it is empty.
    apt-cache show mariadb-server-core > /dev/null 2>&1 || update_apt || return 0
    for package in "${missing[@]}"; do
        ! apt-cache show "$package" > /dev/null 2>&1 || unpack_engine "$package"
    done
}

# Without an engine everything else works, and an error names its package, so this never fails.
unpack_engine() {
    local package=$1 folder=$dist/engines/$1.new wanted also=
    say "Unpacking $package ..."
    [ "$package" != mariadb-server-core ] || also=mariadb-client-core
    rm -rf "$folder"
    mkdir -p "$folder"
    wanted=$(apt-get install --simulate --no-install-recommends "$package" $also 2> /dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p')
    # Nothing is listed that is installed already; then it is found where it belongs.
    if (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=5 download ${wanted:-"$package"} > apt.log 2>&1 \
        && for file in *.deb; do dpkg-deb -x "$file" . || exit 1; done && rm -f -- *.deb); then
        mv "$folder" "$dist/engines/$package"
    else
        say "$package could not be unpacked (see $folder/apt.log): databases and caches that need it are refused."
    fi
}

# The AWS SDK for JavaScript, which AWS's Node.js runtimes bring with them, and the driver of the quickstart's function.
install_clients() {
    install_modules "$root/app/clients" "$dist/node" "the AWS SDK for JavaScript"
    install_modules "$root/scripts/quickstart" "$dist/quickstart" "a PostgreSQL driver for Node.js"
}

# The drivers that the functions of the end-to-end tests bring along; those of the tutorials are downloaded as their page says.
install_test_clients() {
    install_modules "$root/e2e/clients" "$dist/e2e" "drivers for the end-to-end tests"
    update_apt || say "The list of packages could not be read; the tutorials' drivers are downloaded by an older one."
}

# Installs in folder $2 what the lock file of folder $1 names; called $3.
install_modules() {
    command -v npm > /dev/null || return 0
    if [ -d "$2/node_modules" ] && cmp -s "$1/package-lock.json" "$2/package-lock.json"; then
        return 0
    fi
    say "Installing $3 ..."
    mkdir -p "$2"
    cp "$1/package.json" "$1/package-lock.json" "$2/"
    (cd "$2" && npm ci --silent --fetch-retries=5 --no-audit --no-fund --ignore-scripts > npm.log 2>&1) \
        || say "npm could not install $3 (see $2/npm.log): Node.js functions will not find it."
}

# Options of the server's Java. A small heap that gives memory back: the server mostly waits.
java_options() {
    java_opts=(
        -XX:+UseSerialGC -Xms24m -Xmx"${REMORA_HEAP:-512m}" -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20
        -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=0.05 -Xss512k -XX:-UsePerfData
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
        -Xlog:disable -Dslf4j.provider=org.slf4j.simple.SimpleServiceProvider
        -Dslf4j.internal.verbosity=WARN -Dremora.home="$dist"
    )
}

# The jars by name, in an order that stays: a cache of classes fits one class path only.
class_path() {
    local IFS=:
    local jars=("$dist"/lib/*.jar)
    printf '%s' "${jars[*]}"
}

# What the cache's file looked like when it was whole. Java notices a cache that is cut or does not fit, and goes on without;
# but one that was damaged inside would end it, and checking the content at each start would take a tenth of a second.
aot_seal() { stat -c '%s %i %.9Y' "$dist/remora.aot" 2> /dev/null; }

aot_sound() { [ -r "$dist/remora.aot.seal" ] && [ "$(cat "$dist/remora.aot.seal")" = "$(aot_seal)" ]; }

aot_option() {
    aot_sound && printf -- '-XX:AOTCache=%s -XX:AOTMode=auto' "$dist/remora.aot"
    return 0
}

# Lets the server run once and end by itself, watched by Java, which keeps the loaded and linked classes in a file. It shall not
# keep what methods were called: with that it compiles them all again at each start, for a third of the start's processor time.
make_aot_cache() {
    aot_sound || [ -e "$dist/no-aot" ] && return 0
    say "Preparing a faster start (once) ..."
    java_options
    if ! unshare --mount --propagation private "$java_home/bin/java" "${java_opts[@]}" \
        -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:AOTCacheOutput="$dist/remora.aot.new" -cp "$(class_path)" \
        dev.remora.app.Main start --rehearse > "$dist/aot.log" 2>&1; then
        say "That failed (see $dist/aot.log); the server starts without it."
        rm -f "$dist/remora.aot.new"
        touch "$dist/no-aot"
        return 0
    fi
    sync "$dist/remora.aot.new"
    mv "$dist/remora.aot.new" "$dist/remora.aot"
    aot_seal > "$dist/remora.aot.seal"
}
