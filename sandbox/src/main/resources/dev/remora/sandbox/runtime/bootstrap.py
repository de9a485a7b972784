"""Runs a Python function: asks the Runtime API for events, calls the handler, posts what it returns.

Speaks HTTP over one bare socket, for http.client takes longer to import than the interpreter to start. The acknowledgement of an
answer is read together with the next event, since both requests are sent at once. What is seldom needed (traceback, logging) is
imported when it is.
"""
import json
import os
import sys
import time
from _socket import IPPROTO_TCP, TCP_NODELAY, socket

API = "/2018-06-01/runtime/"
RECEIVE = 1 << 16


class Connection:
    def __init__(self):
        host, port = os.environ.get("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001").split(":")
        self.socket = socket()
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self.received = b""

    def send(self, *parts):
        self.socket.sendall(b"".join(parts))

    def receive(self):
        """The next response: status, headers by lower-case name, body."""
        data = self.received
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        lines = data[:end].decode("iso-8859-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        need = end + 4 + int(headers.get("content-length", 0))
        if len(data) < need:
            parts, have = [data], len(data)
            while have < need:
                parts.append(self._more())
                have += len(parts[-1])
            data = b"".join(parts)
        self.received = data[need:]
        return int(lines[0].split(" ", 2)[1]), headers, data[end + 4 : need]

    def _more(self):
        data = self.socket.recv(RECEIVE)
        if not data:
            os._exit(1)
        return data


NEXT = b"GET " + API.encode() + b"invocation/next HTTP/1.1\r\nHost: r\r\n\r\n"


def post(path, body, error_type=None):
    kind = b"Lambda-Runtime-Function-Error-Type: %s\r\n" % error_type.encode("ascii", "replace") if error_type else b""
    head = b"POST %s%s HTTP/1.1\r\nHost: r\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
    return head % (API.encode(), path.encode(), kind, len(body)), body


class Fault(Exception):
    """Something that is wrong with the function as a whole, in Lambda's words."""

    def __init__(self, kind, message, trace=()):
        self.kind, self.message, self.trace = kind, message, list(trace)


class ClientContext:
    __slots__ = ["custom", "env", "client"]

    def __init__(self, document):
        self.custom = document.get("custom")
        self.env = document.get("env")
        client = document.get("client")
        self.client = Client(client) if client else None


class Client:
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]

    def __init__(self, document):
        for name in self.__slots__:
            setattr(self, name, document.get(name))


class CognitoIdentity:
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __init__(self, document):
        self.cognito_identity_id = document.get("cognitoIdentityId")
        self.cognito_identity_pool_id = document.get("cognitoIdentityPoolId")


class LambdaContext:
    def __init__(self, request_id, arn, deadline, client_context, identity):
        environment = os.environ
        self.aws_request_id = request_id
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = arn
        self.client_context = ClientContext(json.loads(client_context)) if client_context else None
        self.identity = CognitoIdentity(json.loads(identity) if identity else {})
        self._deadline = deadline

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        return "LambdaContext([%s])" % ",".join("%s=%s" % item for item in vars(self).items() if not item[0].startswith("_"))


class Logs:
    """Gives the root logger Lambda's handler and format, when and if the function imports logging."""

    request_id = ""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec:
                execute = spec.loader.exec_module

                def exec_module(module):
                    execute(module)
                    self.install(module)

                spec.loader.exec_module = exec_module
                return spec
        return None

    def install(self, logging):
        logs = self

        class Handler(logging.Handler):
            def emit(self, record):
                try:
                    sys.stdout.write(self.format(record))
                    sys.stdout.flush()
                except Exception:
                    self.handleError(record)

        class RequestId(logging.Filter):
            def filter(self, record):
                record.aws_request_id = logs.request_id
                return True

        handler = Handler()
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        handler.addFilter(RequestId())
        logging.root.addHandler(handler)
        self.set_level(logging)

    def set_level(self, logging):
        level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
        if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL"):
            logging.root.setLevel(level)


def frames(traceback_object, skip=1):
    """The stack below the bootstrap's own frames, each as text with two blanks before it."""
    import traceback

    return traceback.format_list(traceback.extract_tb(traceback_object)[skip:])


def error_document(kind, message, trace, request_id):
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": list(trace)}


def report(document):
    """Prints an error as Lambda's log shows it."""
    text = "[ERROR] %s" % document["errorType"]
    if document["errorMessage"]:
        text += ": %s" % document["errorMessage"]
    if document["stackTrace"]:
        text += "\nTraceback (most recent call last):\n" + "".join(document["stackTrace"])
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def load(handler):
    module_name, _, function_name = handler.rpartition(".")
    if not module_name or not function_name:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % handler)
    module_name = module_name.replace("/", ".")
    try:
        __import__(module_name)
        module = sys.modules[module_name]
    except ImportError as e:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, e))
    except SyntaxError as e:
        trace = ['  File "%s" Line %s\n    %s\n' % (e.filename, e.lineno, (e.text or "").strip())]
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, e), trace)
    except Exception as e:
        trace = [f for f in frames(e.__traceback__) if "<frozen importlib" not in f]
        raise Fault(type(e).__name__, str(e), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


def no_json(value):
    if isinstance(value, __import__("decimal").Decimal):
        return float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def handle(handler, event, context):
    """The request that ends the invocation, as bytes."""
    request_id = context.aws_request_id
    try:
        try:
            event = json.loads(event)
        except ValueError as e:
            raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % e)
        try:
            result = handler(event, context)
        except SystemExit:
            raise
        except BaseException as e:
            raise Fault(type(e).__name__, str(e), frames(e.__traceback__))
        try:
            answer = json.dumps(result, default=no_json).encode()
        except Exception as e:
            raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % e)
        return post("invocation/%s/response" % request_id, answer)
    except Fault as fault:
        document = error_document(fault.kind, fault.message, fault.trace, request_id)
        report(document)
        return post("invocation/%s/error" % request_id, json.dumps(document).encode(), fault.kind)


def take_function(connection, logs):
    """Of an interpreter that was started before its function was known: waits for it, and becomes as if started with it."""
    import importlib
    import logging
    import traceback

    connection.send(b"GET /prepared HTTP/1.1\r\nHost: r\r\n\r\n")
    _, _, body = connection.receive()
    os.environ.clear()
    os.environ.update(json.loads(body))
    time.tzset()
    logs.set_level(logging)
    os.chdir("/var/task")
    importlib.invalidate_caches()


def search_path():
    """As Lambda's: the code, then layers, then what the interpreter brings."""
    here = os.path.dirname(os.path.abspath(__file__))
    version = "python%d.%d" % sys.version_info[:2]
    first = ["/var/task", "/opt/python/lib/%s/site-packages" % version, "/opt/python", here]
    sys.path[:] = first + [p for p in sys.path if p not in first]


def main():
    logs = Logs()
    sys.meta_path.insert(0, logs)
    sys.stdout.reconfigure(line_buffering=True)
    connection = Connection()
    prepared = len(sys.argv) > 1 and sys.argv[1] == "--prepared"
    if prepared:
        take_function(connection, logs)
    search_path()
    sys.argv = [sys.argv[0]]
    try:
        handler = load(os.environ.get("_HANDLER", ""))
    except Fault as fault:
        document = error_document(fault.kind, fault.message, fault.trace, "")
        report(document)
        connection.send(*post("init/error", json.dumps(document).encode(), fault.kind))
        connection.receive()
        sys.exit(1)
    connection.send(NEXT)
    acknowledged = True
    while True:
        status, headers, event = connection.receive()
        if not acknowledged:
            acknowledged = True
            continue
        if status != 200:
            sys.exit(1)
        trace_id = headers.get("lambda-runtime-trace-id")
        if trace_id:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        logs.request_id = headers["lambda-runtime-aws-request-id"]
        context = LambdaContext(
            logs.request_id,
            headers["lambda-runtime-invoked-function-arn"],
            int(headers["lambda-runtime-deadline-ms"]),
            headers.get("lambda-runtime-client-context"),
            headers.get("lambda-runtime-cognito-identity"),
        )
        end = handle(handler, event, context)
        sys.stdout.flush()
        sys.stderr.flush()
        connection.send(*end, NEXT)
        acknowledged = False


if __name__ == "__main__":
    main()
